import { setImmediate } from 'node:timers/promises';
import type { Change } from '../../model/change.ts';
import { messageOf } from '../../model/errors.ts';
import type { ExporterContext } from '../../model/exporter.ts';
import { type Instant, MINUTE, SECOND } from '../../model/time.ts';
import { openMemory } from './memory.ts';
import type { Source } from './source.ts';
import { type Watching, watchPaths } from './watching.ts';

/** What a look has told. `isBacklog`: it happened before anybody watched. */
export interface Told {
  readonly changes: readonly Change[];
  readonly isBacklog: boolean;
}

/** What is remembered of a source. */
interface Kept<Known> {
  readonly known: Known;
  /** Changes that the ledger may not have yet. */
  readonly untold?: Told | undefined;
}

/** One source, followed over time. */
export interface Follower {
  readonly name: string;
  /** Looks, if it is time or something called. Never rejects. Answers the changes it told. */
  look(signal: AbortSignal): Promise<Told>;
  /** Has it look soon. */
  call(): void;
  /** Whether it could see when it last looked; undefined where there is nothing to see. */
  readonly sees: boolean | undefined;
  stop(): Promise<void>;
}

/** A log that is written a thousand times a minute calls as often as this. */
const CALLS_EVERY_MS = 2 * SECOND;
/** A source may take so long: the logs of a year, a daemon that starts. */
const LONGEST_LOOK_MS = 2 * MINUTE;
/** Told in one go: each is cleaned in one turn of the loop. */
const AT_ONCE = 200;
const NOTHING: Told = { changes: [], isBacklog: false };

export function follow<Known>(source: Source<Known>, backlogMs: number, context: ExporterContext): Follower {
  const { clock, folder, changed, soon, onTrouble } = context;
  const memory = openMemory<Kept<Known>>(folder, source.name);
  let kept: Kept<Known> | undefined;
  let remembered = false;
  let sees: boolean | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let hurried = false;
  let cancelCall: (() => void) | undefined;
  const told = new Set<string>();

  /** Each thing once, until it sees again. */
  function say(message: string): void {
    const words = `${source.name}: ${message}`;
    if (told.has(words) || told.size >= 20) return;
    told.add(words);
    onTrouble(words);
  }

  function call(): void {
    cancelCall ??= clock.after(CALLS_EVERY_MS, () => {
      cancelCall = undefined;
      hurried = true;
      soon();
    });
  }
  const watching: Watching = watchPaths(call);

  async function keep(now: Kept<Known>): Promise<void> {
    kept = now;
    await memory.write(now);
  }

  async function see(signal: AbortSignal): Promise<Told> {
    if (!remembered) kept = await memory.read();
    remembered = true;
    if (kept?.untold !== undefined) {
      // With the next collection it looks, for what came after.
      lookedAt = Number.NEGATIVE_INFINITY;
      return tell(kept.known, kept.untold);
    }
    const now: Instant = clock.now();
    const seen = await source.look({ known: kept?.known, now, since: now - backlogMs, signal, onTrouble: say });
    if (seen === undefined) {
      sees = undefined;
      return NOTHING;
    }
    const untold: Told = { changes: seen.changes, isBacklog: kept === undefined };
    // A change that has the time of its being noticed would be another one when it is noticed again. Logs, which alone have more, have times of their own.
    if (seen.changes.length > 0 && seen.changes.length <= AT_ONCE) await keep({ known: seen.known, untold });
    return tell(seen.known, untold);
  }

  async function tell(known: Known, untold: Told): Promise<Told> {
    for (let from = 0; from < untold.changes.length; from += AT_ONCE) {
      await changed(untold.changes.slice(from, from + AT_ONCE));
      await setImmediate();
    }
    await keep({ known });
    sees = true;
    return untold;
  }

  return {
    name: source.name,
    get sees() {
      return sees;
    },
    call,
    async look(signal) {
      if (!hurried && clock.monotonic() - lookedAt < (source.everyMs ?? 0)) return NOTHING;
      hurried = false;
      lookedAt = clock.monotonic();
      const late = new AbortController();
      const cancel = clock.after(LONGEST_LOOK_MS, () => late.abort());
      try {
        const seen = await see(AbortSignal.any([signal, late.signal]));
        told.clear();
        return seen;
      } catch (error) {
        if (signal.aborted) return NOTHING;
        sees = false;
        say(late.signal.aborted ? `did not end within ${LONGEST_LOOK_MS / SECOND} s` : messageOf(error));
        return NOTHING;
      } finally {
        cancel();
        if (!signal.aborted) watching.set(source.watched?.() ?? []);
      }
    },
    async stop() {
      cancelCall?.();
      watching.stop();
      await source.stop?.();
      if (kept !== undefined && source.parting !== undefined)
        await keep({ ...kept, known: source.parting(kept.known) }).catch((error: unknown) => say(messageOf(error)));
    },
  };
}
