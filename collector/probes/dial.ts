import { Socket } from 'node:net';
import { CodedError } from '../../model/errors.ts';
import type { Address } from '../../model/probe.ts';
import type { Clock } from '../../model/time.ts';
import { codeOf } from './connection-words.ts';

/** How long an address may keep silent until the next is tried beside it (RFC 8305, section 5). */
const STAGGER_MS = 250;

const UNREACHED = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** No address answered; `cause` is the most telling error and `peer` whose it was. */
export class DialFailed extends CodedError {
  readonly code = 'dial-failed';
  readonly peer: Address;

  constructor(peer: Address, cause: unknown) {
    super(`no connection to ${peer.address}`, { cause });
    this.peer = peer;
  }
}

/** A connection, and to whom. */
export interface Dialled {
  readonly socket: Socket;
  readonly peer: Address;
}

/**
 * Connects to the first address that answers, each one begun when the one before it failed or kept silent for 250 ms.
 * Rejects with `DialFailed` when none is left, and with the signal's reason when it is aborted; no socket is left open then.
 */
export function dial(addresses: readonly Address[], port: number, clock: Clock, signal: AbortSignal): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    const trying = new Set<Socket>();
    let next = 0;
    let callOff: (() => void) | undefined;
    let telling: DialFailed | undefined;

    function settle(keep?: Socket): void {
      callOff?.();
      next = addresses.length;
      signal.removeEventListener('abort', giveUp);
      for (const socket of trying) if (socket !== keep) socket.destroy();
      trying.clear();
    }
    function giveUp(): void {
      settle();
      reject(signal.reason);
    }
    function tryNext(): void {
      callOff?.();
      const peer = addresses[next++];
      if (peer === undefined) return;
      const socket = new Socket();
      trying.add(socket);
      const failed = (error: Error): void => {
        if (!trying.delete(socket)) return;
        const failure = new DialFailed(peer, error);
        // That an IP version leads nowhere from here says less than what somebody on the other one answered.
        if (!UNREACHED.has(codeOf(error))) telling ??= failure;
        if (next < addresses.length) tryNext();
        else if (trying.size === 0) {
          settle();
          reject(telling ?? failure);
        }
      };
      socket.once('error', failed);
      socket.once('connect', () => {
        if (!trying.has(socket)) return;
        // Whoever takes it over listens itself; an error before that must not end the process.
        socket.off('error', failed).on('error', () => {});
        settle(socket);
        resolve({ socket, peer });
      });
      socket.connect({ host: peer.address, port, family: peer.family, autoSelectFamily: false });
      if (next < addresses.length) callOff = clock.after(STAGGER_MS, tryNext);
    }

    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', giveUp);
    tryNext();
  });
}
