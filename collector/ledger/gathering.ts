import type { Check } from '../../model/finding.ts';
import { latencyCode } from '../../model/latency.ts';
import type { Stand } from '../../model/standing.ts';
import type { Clock } from '../../model/time.ts';
import { verdictCode } from './check-block.ts';
import type { NotedMark, Notes } from './messages.ts';
import { seriesKey } from './series-table.ts';

/** How long a note waits to cross to the thread with others, and how many cross at once. */
const GATHER_MS = 250;
const GATHER = 256;
/** Checks that may be on their way to a thread that waits for its disk; more are dropped, and counted. */
const CROSSING = 50_000;

/** Notes on their way to the thread: crossing costs less in company. */
export interface Gathering {
  note(check: Check, everyMs: number): void;
  stand(stand: Stand): void;
  /** Sends what has been gathered. */
  post(): void;
  /** Checks sent that no flush has answered for yet. */
  readonly crossing: number;
  /** A flush has answered for so many. */
  arrived(count: number): void;
  /** How many checks were dropped since last asked. */
  dropped(): number;
}

export function gatherNotes(clock: Clock, tell: (notes: Notes) => void): Gathering {
  let marks: NotedMark[] = [];
  let stands = new Map<string, Stand>();
  let callOff: (() => void) | undefined;
  let crossing = 0;
  let dropped = 0;

  function post(): void {
    callOff?.();
    callOff = undefined;
    if (marks.length === 0 && stands.size === 0) return;
    tell({ kind: 'notes', marks, stands: [...stands.values()] });
    crossing += marks.length;
    marks = [];
    stands = new Map();
  }
  function gathered(): void {
    if (marks.length + stands.size >= GATHER) post();
    else callOff ??= clock.after(GATHER_MS, post);
  }

  return {
    post,
    note(check, everyMs) {
      if (crossing >= CROSSING || !Number.isFinite(check.at)) {
        dropped++;
        return;
      }
      marks.push(markOf(check, everyMs));
      gathered();
    },
    stand(stand) {
      stands.set(seriesKey(stand.monitor, stand.vantage), stand);
      gathered();
    },
    get crossing() {
      return crossing;
    },
    arrived(count) {
      crossing -= count;
    },
    dropped() {
      const count = dropped;
      dropped = 0;
      return count;
    },
  };
}

/** A failed check has a latency only where its probe measured one: how long a refusal took says nothing of the target. */
function markOf(check: Check, everyMs: number): NotedMark {
  const { verdict, latencyMs } = check.finding;
  const worked = verdict === 'up' || verdict === 'degraded';
  return {
    monitor: check.monitor,
    vantage: check.vantage,
    at: check.at,
    verdict: verdictCode(verdict),
    latency: latencyCode(latencyMs ?? (worked ? check.durationMs : Number.NaN)),
    everyMs,
  };
}
