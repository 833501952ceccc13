import type { DatabaseSync } from 'node:sqlite';
import { latencyOf } from '../../model/latency.ts';
import type { CheckMark } from '../../model/ledger.ts';
import type { Instant } from '../../model/time.ts';
import { BLOCK_SPAN_MS, readBlock, verdictOf } from './check-block.ts';
import { openRecentReader } from './view-recent.ts';

export type EachMark = (at: Instant, verdict: number, latency: number) => void;

/** Reads checks, from blocks and from what is not yet in one. */
export interface CheckReader {
  /** Calls back for each check of a monitor in `[from, to)`; without a vantage, of all; in no order across vantages. */
  each(monitor: string, from: Instant, to: Instant, vantage: string | undefined, callback: EachMark): void;
  of(monitor: string, from: Instant, to: Instant, vantage?: string): CheckMark[];
}

export function openCheckReader(db: DatabaseSync): CheckReader {
  const seriesOf = db.prepare('SELECT id, vantage, folded FROM series WHERE monitor = ?');
  const blocks = db.prepare(
    'SELECT start, marks FROM check_block WHERE series = ? AND start >= ? AND start < ? ORDER BY start',
  );
  blocks.setReturnArrays(true);
  const recent = openRecentReader(db);
  function each(monitor: string, from: Instant, to: Instant, vantage: string | undefined, callback: EachMark): void {
    const within: EachMark = (at, verdict, latency) => {
      if (at >= from && at < to) callback(at, verdict, latency);
    };
    for (const series of seriesOf.all(monitor)) {
      if (vantage !== undefined && series.vantage !== vantage) continue;
      const id = Number(series.id);
      const found = blocks.all(id, from - BLOCK_SPAN_MS - 1_000, to) as unknown as [number, Uint8Array][];
      for (const [start, marks] of found) readBlock(start, marks, within);
      recent.each(id, Number(series.folded), within);
    }
  }
  return {
    each,
    of(monitor, from, to, vantage) {
      const marks: CheckMark[] = [];
      let sorted = true;
      let last = Number.NEGATIVE_INFINITY;
      each(monitor, from, to, vantage, (at, verdict, latency) => {
        marks.push(markOf(at, verdict, latency));
        sorted &&= at >= last;
        last = at;
      });
      return sorted ? marks : marks.sort((a, b) => a.at - b.at);
    },
  };
}

const LATENCIES = Array.from({ length: 256 }, (_, code) => latencyOf(code));

function markOf(at: Instant, verdict: number, code: number): CheckMark {
  const latencyMs = LATENCIES[code];
  return latencyMs === undefined ? { at, verdict: verdictOf(verdict) } : { at, verdict: verdictOf(verdict), latencyMs };
}
