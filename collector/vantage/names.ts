import { messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { NameNotFound, type Resolve, type Resolved } from '../../model/probe.ts';
import { quote, type Reason, reason, target } from '../../model/reason.ts';
import { SECOND } from '../../model/time.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

/** Finds the addresses of a name that can be reached from a vantage. Rejects with `NameNotFound`, or with `BeyondReach` when there are none of those. */
export type Names = Resolve;

/** A name whose addresses cannot be reached from that vantage at all: nothing can be said of them from there. */
export class BeyondReach extends NameNotFound {}

/** The argument that has a worker ask the box what names are. */
export const ASK_BOX = '--names-from-the-box';

/** A name server that does not answer is given up before the check that waits for it. */
const LONGEST_MS = 30 * SECOND;

/** The box's answer to a worker's question. Never rejects. */
export async function answerFor(
  { id, host, family }: FromWorker & { type: 'resolve' },
  names: Names | undefined,
): Promise<ToWorker> {
  const none = { type: 'resolved', id, addresses: [] } as const;
  if (names === undefined)
    return { ...none, why: reason`${target(host, 'a host')} cannot be resolved: nobody answers this worker` };
  try {
    const { addresses } = await names(host, family, AbortSignal.timeout(LONGEST_MS));
    return { ...none, addresses };
  } catch (error) {
    const why = error instanceof NameNotFound ? error.reason : [quote(messageOf(error), 'a fault of ours')];
    return { ...none, why, beyond: error instanceof BeyondReach };
  }
}

/** The worker's side: asks the box, and for each check remembers whether it was about something beyond its reach. */
export function askBoxForNames(say: (message: FromWorker) => void): {
  ask(): { readonly resolve: Resolve; readonly judge: (found: Finding) => Finding };
  hear(message: ToWorker & { type: 'resolved' }): void;
} {
  const waiting = new Map<number, (message: ToWorker & { type: 'resolved' }) => void>();
  let lastId = 0;

  function question(host: string, family: 0 | 4 | 6, signal: AbortSignal): Promise<ToWorker & { type: 'resolved' }> {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        waiting.delete(id);
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.set(id, (message) => {
        signal.removeEventListener('abort', giveUp);
        waiting.delete(id);
        resolve(message);
      });
      say({ type: 'resolve', id, host, family });
    });
  }

  return {
    ask() {
      let beyond: Reason | undefined;
      return {
        async resolve(host, family, signal): Promise<Resolved> {
          const began = performance.now();
          const { addresses, why, beyond: isBeyond } = await question(host, family, signal);
          if (isBeyond === true) beyond = why;
          if (addresses.length === 0) throw new NameNotFound(why ?? reason`${target(host, 'a host')} has no address`);
          return { addresses, source: 'system', tookMs: performance.now() - began };
        },
        judge: (found) => (beyond === undefined ? found : { verdict: 'unknown', reason: beyond }),
      };
    },
    hear(message) {
      waiting.get(message.id)?.(message);
    },
  };
}
