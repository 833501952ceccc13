import { parseIp } from '../rules/addresses.ts';
import type { Packet } from '../rules/packet.ts';
import type { Listener } from '../snapshot.ts';

/** Programs that stand for a container on its published port. */
const PROXIES = /^(?:docker-proxy|rootlesskit|rootlessport|slirp4netns|pasta|rootless)/;

/** Who takes what comes for an address and port of this host. */
export interface Doors {
  readonly isNobody: boolean;
  /** A program that is none of Docker's; undefined when one of Docker's is there, or one that we may not look at. */
  readonly other?: string;
  /** All of them listen at any address. */
  readonly isWildcard: boolean;
}

/** Who listens where a packet is going. A wildcard of its own family counts; docker-proxy never takes IPv4 by an IPv6 socket. */
export function listenersAt(listeners: readonly Listener[], packet: Packet): Doors {
  const here = listeners.filter(({ proto, port, address, program }) => {
    // dockerd itself holds the port where docker-proxy is off, and never answers.
    if (proto !== packet.proto || port !== packet.dport || program === 'dockerd') return false;
    const parsed = parseIp(address.replace(/^\[|\]$/g, ''));
    if (address === '*') return true;
    return parsed?.family === packet.family && (Number(parsed.ip) === 0 || parsed.ip === packet.dst);
  });
  if (here.length === 0) return { isNobody: true, isWildcard: false };
  const programs = here.map(({ program }) => program).filter((program) => program !== undefined);
  const other = programs.find((program) => !PROXIES.test(program));
  const isWildcard = here.every(({ address }) => /^(?:\*|0\.0\.0\.0|\[?::\]?)$/.test(address));
  return { isNobody: false, isWildcard, ...(other !== undefined && programs.length === here.length && { other }) };
}
