import { messageOf } from '../../model/errors.ts';
import type { Transition } from '../../model/standing.ts';
import { type Clock, SECOND } from '../../model/time.ts';

const RETRY_MS = 5 * SECOND;

export interface OutboxOptions {
  readonly clock: Clock;
  /** Resolves once the transitions are durable. */
  readonly keep: (transitions: readonly Transition[]) => Promise<void>;
  /** Called when some are durable. */
  readonly onKept: () => void;
  readonly onTrouble: (message: string) => void;
}

/** Where transitions wait until the ledger has them: nobody is told before. */
export interface Outbox {
  add(transition: Transition): void;
  /** What keeps transitions from being kept, in words. */
  ailments(): readonly string[];
  /** Resolves when all are durable, or have been tried once more. */
  stop(): Promise<void>;
}

export function createOutbox({ clock, keep, onKept, onTrouble }: OutboxOptions): Outbox {
  const waiting: Transition[] = [];
  let sending: Promise<void> | undefined;
  let cancelRetry = () => {};
  let trouble: string | undefined;

  /** After this turn, so that what one check changes is kept together. */
  function sendSoon(): void {
    sending ??= Promise.resolve()
      .then(send)
      .finally(() => {
        sending = undefined;
      });
  }

  async function send(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice();
      try {
        await keep(batch);
      } catch (error) {
        const words = `transitions wait for the ledger: ${messageOf(error)}`;
        if (words !== trouble) onTrouble(words);
        trouble = words;
        cancelRetry();
        cancelRetry = clock.after(RETRY_MS, sendSoon);
        return;
      }
      trouble = undefined;
      waiting.splice(0, batch.length);
      onKept();
    }
  }

  return {
    add(transition) {
      waiting.push(transition);
      // While the ledger cannot be written, only the clock tries again.
      if (trouble === undefined) sendSoon();
    },
    ailments: () => (trouble === undefined ? [] : [trouble]),
    async stop() {
      cancelRetry();
      sendSoon();
      await sending;
      cancelRetry();
    },
  };
}
