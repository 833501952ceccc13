import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { reveal } from '../../../model/secret.ts';
import { oneOrMore, secret, textOrSecret } from '../../../model/settings.ts';
import { isHost } from '../../names/endpoint.ts';

function pem() {
  return textOrSecret().refine((value) => reveal(value).includes('-----BEGIN CERTIFICATE'), {
    message: 'PEM text that begins with -----BEGIN CERTIFICATE, or { file: path }',
  });
}

function hostName() {
  return z.string().refine(isHost, { message: 'a host name' });
}

/** What a TLS connection must be like, and what we bring to it: the keys that `tls:` and `tcp: … tls:` share. */
export const tlsKeys = {
  days: z
    .int()
    .min(0)
    .max(3_650)
    .optional()
    .describe('Degraded when a certificate of the chain ends within so many days.'),
  server_name: hostName()
    .optional()
    .describe('The name to ask for and to find in the certificate, where it is not the host that is connected to.'),
  names: oneOrMore(hostName()).optional().describe('Further names that the certificate must be for.'),
  min_version: z.enum(['1.2', '1.3']).optional().describe('The oldest version that is good enough.'),
  verify: z.boolean().default(true).describe('Whether the certificate must be trusted and for the right name.'),
  ca: pem().optional().describe('Authorities to trust instead of the usual ones: PEM text, or { file: path }.'),
  cert: pem().optional().describe('A client certificate: PEM text, or { file: path }.'),
  key: secret().optional().describe('The key of the client certificate.'),
};

const tlsObject = z.strictObject(tlsKeys);

/** Settings of one TLS connection. */
export type TlsSettings = z.output<typeof tlsObject>;

/** `tls: true`, or an object of settings. */
export function tlsSettings() {
  return z.union([z.boolean().transform((on) => (on ? tlsObject.parse({}) : undefined)), tlsObject]);
}

/** A contradiction: where it stands, and what was wanted. */
export interface Contradiction {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Contradictions among TLS settings, and certificates that cannot be read. */
export function lintTlsSettings(tls: TlsSettings): Contradiction[] {
  const found: Contradiction[] = [];
  const wrong = (key: keyof TlsSettings, message: string) => found.push({ path: [key], message });
  if (!tls.verify && tls.ca !== undefined) wrong('ca', 'no ca where verify is false');
  if (tls.cert !== undefined && tls.key === undefined) wrong('key', 'the key of the client certificate');
  if (tls.key !== undefined && tls.cert === undefined) wrong('cert', 'the client certificate of the key');
  if (tls.ca !== undefined && !isFine(() => new X509Certificate(reveal(tls.ca ?? ''))))
    wrong('ca', 'a certificate that can be read');
  const { cert, key } = tls;
  if (
    cert !== undefined &&
    key !== undefined &&
    !isFine(() => createSecureContext({ cert: reveal(cert), key: key.reveal() }))
  )
    wrong('key', 'a key that can be read and belongs to the client certificate');
  return found;
}

function isFine(tried: () => unknown): boolean {
  try {
    tried();
    return true;
  } catch {
    return false;
  }
}
