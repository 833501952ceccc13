/**
 * What the firewall says of a published port of this machine as strangers ask for it, by the latest look: one sentence that names the
 * rule which stops them, by IPv4 where the port is published there. Undefined while nothing is known to stop them, or when the latest
 * look has failed. It may hold addresses and names of this machine: not for a public page.
 */
export type PortVerdict = (protocol: 'tcp' | 'udp', port: number) => string | undefined;
