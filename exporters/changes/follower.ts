import { setImmediate } from 'node:timers/promises';
import type { Change } from '../../model/change.ts';
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
  const memory = openMemory<Known>(folder, source.name);
  let known: Known | undefined;
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

  async function see(
    signal: AbortSignal,
  ): Promise<typeof NOTHING | { changes: readonly Change[]; isBacklog: boolean }> {
    if (!remembered) known = await memory.read();
    remembered = true;
    const isBacklog = known === undefined;
    const now: Instant = clock.now();
    const seen = await source.look({ known, now, since: now - backlogMs, signal, onTrouble: say });
    if (seen === undefined) {
      sees = undefined;
      return NOTHING;
    }
    for (let from = 0; from < seen.changes.length; from += AT_ONCE) {
      await changed(seen.changes.slice(from, from + AT_ONCE));
      await setImmediate();
    }
    // Only now: what was not kept is seen again.
    known = seen.known;
    await memory.write(seen.known);
    sees = true;
    return { changes: seen.changes, isBacklog };
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
      const late = AbortSignal.timeout(LONGEST_LOOK_MS);
      try {
        const seen = await see(AbortSignal.any([signal, late]));
        told.clear();
        return seen;
      } catch (error) {
        if (signal.aborted) return NOTHING;
        sees = false;
        say(late.aborted ? `did not end within ${LONGEST_LOOK_MS / SECOND} s` : inWords(error));
        return NOTHING;
      } finally {
        if (!signal.aborted) watching.set(source.watched?.() ?? []);
      }
    },
    async stop() {
      cancelCall?.();
      watching.stop();
      await source.stop?.();
      if (known !== undefined && source.parting !== undefined)
        await memory.write(source.parting(known)).catch((error: unknown) => say(inWords(error)));
    },
  };
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
