import { LATENCY_CODES, type LatencyHistogram, latencyOf } from '../../model/latency.ts';
import type { CheckMark } from '../../model/ledger.ts';
import { type Instant, SECOND } from '../../model/time.ts';
import type { CheckCount } from '../../model/timeline.ts';
import { BLOCK_SPAN_MS, type EachMark, readBlock, verdictCode, verdictOf } from './check-block.ts';
import type { Reading } from './owner.ts';

/** Calls back for each check of a series that is in no block yet, in the order they were made. */
export type EachRecent = (series: number, callback: EachMark) => void;

/** Reads checks, from blocks and from what is not yet in one. */
export interface CheckReader {
  /** Every check of a monitor in `[from, to)`, in order of time; without a vantage, of all. */
  marks(monitor: string, from: Instant, to: Instant, vantage?: string): CheckMark[];
  /** What the checks in `[from, to)` say together, from all vantages; those made when `unseen` says so have a latency, and do not count. */
  tally(monitor: string, from: Instant, to: Instant, unseen: (at: Instant) => boolean): Tally;
}

export interface Tally extends CheckCount {
  readonly latency: LatencyHistogram;
}

const DOWN = verdictCode('down');
const UNKNOWN = verdictCode('unknown');

export function openCheckReader({ db, eachRecent }: Reading): CheckReader {
  const seriesOf = db.prepare('SELECT id FROM series WHERE monitor = ?1 AND (?2 IS NULL OR vantage = ?2)');
  const blocks = db.prepare(
    'SELECT start, marks FROM check_block WHERE series = ? AND start > ? AND start < ? ORDER BY start',
  );
  blocks.setReturnArrays(true);

  function each(monitor: string, from: Instant, to: Instant, vantage: string | null, callback: EachMark): void {
    const within: EachMark = (at, verdict, latency) => {
      if (at >= from && at < to) callback(at, verdict, latency);
    };
    for (const { id } of seriesOf.all(monitor, vantage)) {
      const found = blocks.all(Number(id), from - BLOCK_SPAN_MS - SECOND, to) as unknown as [number, Uint8Array][];
      for (const [start, marks] of found) readBlock(start, marks, callback, from, to);
      eachRecent(Number(id), within);
    }
  }

  return {
    marks(monitor, from, to, vantage) {
      const marks: CheckMark[] = [];
      let sorted = true;
      let last = Number.NEGATIVE_INFINITY;
      each(monitor, from, to, vantage ?? null, (at, verdict, latency) => {
        marks.push(markOf(at, verdict, latency));
        sorted &&= at >= last;
        last = at;
      });
      return sorted ? marks : marks.sort((a, b) => a.at - b.at);
    },
    tally(monitor, from, to, unseen) {
      const latency: number[] = new Array(LATENCY_CODES).fill(0);
      let [checks, failed] = [0, 0];
      each(monitor, from, to, null, (at, verdict, code) => {
        if (code > 0) latency[code] = (latency[code] ?? 0) + 1;
        if (verdict === UNKNOWN || unseen(at)) return;
        checks++;
        if (verdict === DOWN) failed++;
      });
      return { latency, checks, failed };
    },
  };
}

const LATENCIES = Array.from({ length: LATENCY_CODES }, (_, code) => latencyOf(code));

function markOf(at: Instant, verdict: number, code: number): CheckMark {
  const latencyMs = LATENCIES[code];
  return latencyMs === undefined ? { at, verdict: verdictOf(verdict) } : { at, verdict: verdictOf(verdict), latencyMs };
}
