/** Names under which people send secrets: in a header, or in an address's parameters. */
const SECRET_NAME =
  /^(?:proxy-)?authorization$|^cookie2?$|^set-cookie2?$|(?:^|[-_])(?:token|secret|password|passwd|pass|pwd|sig|signature|session)$|token|secret|api[-_]?key|access[-_]?key|^key$|^auth$|^x-auth|credential/i;

/** Whether what stands under this name is likely a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
