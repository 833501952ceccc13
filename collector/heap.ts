import { setFlagsFromString } from 'node:v8';
import type { Monitor } from '../model/monitor.ts';

/** From so many checks a second on, collecting garbage thriftily holds the loop too often. */
const BUSY = 150;

/**
 * Suits V8's collector to the work: a box with few checks keeps its heaps small, at 25 ms for a full collection; a busy
 * one lets them grow and is held up for 8 ms (measured, docs/performance.md). V8 reads this flag at each collection.
 */
export function suitHeapTo(monitors: readonly Pick<Monitor, 'everyMs' | 'vantages'>[]): void {
  const checksASecond = monitors.reduce((sum, one) => sum + (1000 / one.everyMs) * one.vantages.length, 0);
  setFlagsFromString(checksASecond < BUSY ? '--optimize-for-size' : '--no-optimize-for-size');
}
