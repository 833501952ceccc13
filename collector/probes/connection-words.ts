import { isIPv6 } from 'node:net';
import { messageOf } from '../../model/errors.ts';
import { oneLine } from '../../model/outside-text.ts';
import { quoteAfter, type Reason, reason, span, targetAfter } from '../../model/reason.ts';

/** The other end of a connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** `10.0.0.5:443`, `[2001:db8::1]:443`. */
export function peerInWords(peer: Peer): string {
  return isIPv6(peer.address) ? `[${peer.address}]:${peer.port}` : `${peer.address}:${peer.port}`;
}

const WORDS: Readonly<Record<string, (peer: string) => Reason>> = {
  ECONNREFUSED: (peer) => reason`connection refused${targetAfter(' by ', peer)}`,
  ECONNRESET: (peer) => reason`connection reset${targetAfter(' by ', peer)}`,
  ECONNABORTED: (peer) => reason`connection${targetAfter(' to ', peer)} was broken off`,
  EPIPE: (peer) => reason`connection closed${targetAfter(' by ', peer)} while we were sending`,
  ETIMEDOUT: (peer) => reason`no answer${targetAfter(' from ', peer)}: the system gave up connecting`,
  EHOSTUNREACH: (peer) => reason`no route to host${targetAfter(' ', peer)}`,
  ENETUNREACH: (peer) => reason`no route to the network${targetAfter(' of ', peer)}`,
  EHOSTDOWN: (peer) => reason`host${targetAfter(' of ', peer)} is down`,
  ENETDOWN: (peer) => reason`network is down on the way${targetAfter(' to ', peer)}`,
  EPROTO: (peer) => reason`protocol error${targetAfter(' from ', peer)}`,
};

/** Errors that say nothing of the target: this machine could not make the check. */
const OURS = {
  EMFILE: 'too many files are open in this process',
  ENFILE: 'too many files are open on this machine',
  ENOMEM: 'no memory left',
  ENOBUFS: 'no network buffers left',
  EADDRNOTAVAIL: 'no local address or port left to connect from',
  EACCES: 'not allowed to connect from here',
  EPERM: 'connecting was forbidden on this machine, perhaps by its firewall',
  EAFNOSUPPORT: 'this machine does not speak that IP version',
  ENODEV: 'no network device for that address',
} as const;

/** The code of a system or Node error; empty when it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Whether the error is of this machine, so that the finding is unknown and not down. */
export function isOurFault(error: unknown): boolean {
  return isOurs(codeOf(error));
}

function isOurs(code: string): code is keyof typeof OURS {
  return Object.hasOwn(OURS, code);
}

/** A connection's error as a reason: `connection refused by 10.0.0.5:443`. */
export function connectionReason(error: unknown, peer: Peer): Reason {
  const code = codeOf(error);
  if (isOurs(code)) return reason`check could not be made: ${OURS[code]}`;
  const words = WORDS[code];
  if (words !== undefined) return words(peerInWords(peer));
  const message = messageOf(error);
  return reason`connection${targetAfter(' to ', peerInWords(peer))} failed${quoteAfter(': ', oneLine(message || code))}`;
}

/** The start of a reason at the deadline: `no answer within 10 s`. What was waited for follows it. */
export function noAnswerWithin(timeoutMs: number): Reason {
  return reason`no answer within ${span(timeoutMs)}`;
}
