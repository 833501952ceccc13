import { messageOf } from '../../model/errors.ts';
import { type Clock, MINUTE } from '../../model/time.ts';
import { createBackOff } from '../../runtime/back-off.ts';
import type { Ledger } from './open.ts';
import type { KeptTransition } from './owners/transitions.ts';

/** How many are acted on at once. */
const AT_ONCE = 100;

export interface FollowerOptions {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'transitions'>;
  /** Under this name the ledger knows how far it has come, also after a crash; one that is new begins with what comes from now on. */
  readonly name: string;
  /**
   * Acts on transitions, in order. When it rejects they come again, later; after a crash between this and the ledger's next write they
   * come again too. What must not be done twice is written by one write of the ledger together with the cursor (`openCursor`).
   */
  readonly act: (transitions: readonly KeptTransition[]) => void | Promise<void>;
  readonly onTrouble: (message: string) => void;
}

/** Somebody who acts on each transition that the ledger keeps, none of them left out. */
export interface TransitionFollower {
  /** There may be new ones: they are read soon. */
  wake(): void;
  /** Resolves when it has acted on all there are, or failed once more; what is left comes at the next start. */
  stop(): Promise<void>;
}

/** Begins with what was left by the process before. */
export function followTransitions({ clock, ledger, name, act, onTrouble }: FollowerOptions): TransitionFollower {
  const backOff = createBackOff({ longestMs: MINUTE });
  let reading: Promise<void> | undefined;
  let awake = false;
  let stopped = false;
  let trouble: string | undefined;
  let cancelRetry = () => {};
  let done: number | undefined;

  async function readOn(): Promise<void> {
    done ??= await ledger.transitions.follow(name);
    for (;;) {
      awake = false;
      const found = await ledger.transitions.after(done, AT_ONCE);
      const last = found.at(-1);
      if (last === undefined && !awake) return;
      if (last === undefined) continue;
      await act(found);
      await ledger.transitions.handled(name, last.id);
      done = last.id;
    }
  }

  async function tryOn(): Promise<void> {
    try {
      await readOn();
      trouble = undefined;
      backOff.reset();
    } catch (error) {
      const words = `transitions wait to be acted on (${name}): ${messageOf(error)}`;
      if (words !== trouble) onTrouble(words);
      trouble = words;
      if (!stopped) cancelRetry = clock.after(backOff.next(), begin);
    }
  }

  function begin(): void {
    cancelRetry();
    reading ??= tryOn().finally(() => {
      reading = undefined;
      // It was woken when it had just looked for the last time.
      if (awake && trouble === undefined) begin();
    });
  }

  begin();
  return {
    wake() {
      awake = true;
      // While it fails, only the clock tries again.
      if (trouble === undefined) begin();
    },
    async stop() {
      stopped = true;
      begin();
      await reading;
      cancelRetry();
    },
  };
}
