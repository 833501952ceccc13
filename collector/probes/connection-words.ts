import { isIPv6 } from 'node:net';
import { oneLine } from '../../model/outside-text.ts';
import { spanInWords } from '../../model/time.ts';

/** The other end of a connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** `10.0.0.5:443`, `[2001:db8::1]:443`. */
export function peerInWords(peer: Peer): string {
  return isIPv6(peer.address) ? `[${peer.address}]:${peer.port}` : `${peer.address}:${peer.port}`;
}

const WORDS: Readonly<Record<string, (peer: string) => string>> = {
  ECONNREFUSED: (peer) => `connection refused by ${peer}`,
  ECONNRESET: (peer) => `connection reset by ${peer}`,
  ECONNABORTED: (peer) => `connection to ${peer} was broken off`,
  EPIPE: (peer) => `connection closed by ${peer} while we were sending`,
  ETIMEDOUT: (peer) => `no answer from ${peer}: the system gave up connecting`,
  EHOSTUNREACH: (peer) => `no route to host ${peer}`,
  ENETUNREACH: (peer) => `no route to the network of ${peer}`,
  EHOSTDOWN: (peer) => `host of ${peer} is down`,
  ENETDOWN: (peer) => `network is down on the way to ${peer}`,
  EPROTO: (peer) => `protocol error from ${peer}`,
};

/** Errors that say nothing of the target: this machine could not make the check. */
const OURS: Readonly<Record<string, string>> = {
  EMFILE: 'too many files are open in this process',
  ENFILE: 'too many files are open on this machine',
  ENOMEM: 'no memory left',
  ENOBUFS: 'no network buffers left',
  EADDRNOTAVAIL: 'no local address or port left to connect from',
  EACCES: 'not allowed to connect from here',
  EPERM: 'connecting was forbidden on this machine, perhaps by its firewall',
  EAFNOSUPPORT: 'this machine does not speak that IP version',
  ENODEV: 'no network device for that address',
};

/** The code of a system or Node error; empty when it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Whether the error is of this machine, so that the finding is unknown and not down. */
export function isOurFault(error: unknown): boolean {
  return codeOf(error) in OURS;
}

/** A connection's error as a reason: `connection refused by 10.0.0.5:443`. */
export function connectionReason(error: unknown, peer: Peer): string {
  const code = codeOf(error);
  const ours = OURS[code];
  if (ours !== undefined) return `check could not be made: ${ours}`;
  const words = WORDS[code];
  if (words !== undefined) return words(peerInWords(peer));
  const message = error instanceof Error ? error.message : String(error);
  return `connection to ${peerInWords(peer)} failed: ${oneLine(message || code)}`;
}

/** The start of a reason at the deadline: `no answer within 10 s`. What was waited for follows it. */
export function noAnswerWithin(timeoutMs: number): string {
  return `no answer within ${spanInWords(timeoutMs)}`;
}
