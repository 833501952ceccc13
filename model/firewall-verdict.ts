/**
 * What the firewall says of a published port of this machine as strangers ask for it, by the latest look: one sentence that names the
 * rule which stops them. Undefined while nothing is known to stop them, or when nobody has looked lately.
 */
export type PortVerdict = (protocol: 'tcp' | 'udp', port: number) => string | undefined;
