import type { DayShares } from '../draw/bars.ts';
import type { Instant } from '../model/time.ts';
import type { CheckCount } from '../model/timeline.ts';
import type { StandingNow } from './standing-now.ts';

/** How many monitors' pages one build makes; of more monitors each page has its turn every few builds, and is true for as much longer. */
const PAGES_A_BUILD = 100;

/** What the ledger's days say of a monitor: costly to read, and the same for minutes. */
export interface History {
  readonly days: readonly DayShares[];
  readonly daysInWords: string;
  readonly uptime: number | undefined;
  readonly coverage: number;
  readonly count: CheckCount;
  readonly usualMs: number | undefined;
}

/** Which monitors are read and have their pages made in one build, and what is known of the others. */
export interface Turn {
  /** Until when a page made now is to be true. */
  readonly pageUntil: Instant;
  /** Whether what is kept in this turn spares the next ones work. */
  readonly remembers: boolean;
  /** What was read of a monitor that stands as it did and whose turn it is not; undefined when it is to be read now. */
  recall(monitor: string, standing: (seen: History) => StandingNow): History | undefined;
  /** Keeps what was read for the turns to come. */
  keep(monitor: string, standing: StandingNow, history: History): void;
}

/** A turn in which every monitor is read and has its page made. */
export function everyPage(pageUntil: Instant): Turn {
  return { pageUntil, remembers: false, recall: () => undefined, keep: () => {} };
}

export interface Turns {
  /** The turn of a build at `now` of `count` public monitors; a page that is made every n-th build is to be true for `trueFor(n)` milliseconds. */
  next(now: Instant, count: number, trueFor: (builds: number) => number): Turn;
  /** Everything is read and made anew by the next build. */
  forget(): void;
}

/** Pages have their turn one hundred a build; one whose monitor stands otherwise than before is made at once. */
export function openTurns(): Turns {
  const kept = new Map<string, { readonly saying: string; readonly build: number; readonly history: History }>();
  let build = 0;
  return {
    next(now, count, trueFor) {
      const rounds = Math.max(1, Math.ceil(count / PAGES_A_BUILD));
      let place = 0;
      build++;
      return {
        pageUntil: now + trueFor(rounds),
        remembers: rounds > 1,
        recall(monitor, standing) {
          const isTurn = place++ % rounds === build % rounds;
          const before = kept.get(monitor);
          if (before === undefined || isTurn || build - before.build >= rounds) return undefined;
          return before.saying === sayingOf(standing(before.history)) ? before.history : undefined;
        },
        keep(monitor, standing, history) {
          kept.set(monitor, { saying: sayingOf(standing), build, history });
        },
      };
    },
    forget: () => kept.clear(),
  };
}

function sayingOf({ standing, since, flapping, blind, reason }: StandingNow): string {
  return [standing, since, flapping, blind, standing === 'up' ? '' : reason].join(' ');
}
