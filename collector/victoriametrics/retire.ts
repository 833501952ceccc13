import { pause } from '../../model/pause.ts';
import type { Clock } from '../../model/time.ts';
import type { Segment } from '../spool/segment.ts';
import type { Spool } from '../spool/spool.ts';
import type { Link } from './link.ts';

export interface RetireOptions {
  readonly spool: Spool;
  readonly link: Link;
  readonly clock: Clock;
  /** How long after its last confirmation a segment is kept. */
  readonly storedAfterMs: number;
}

/** How often it is looked, when that is not longer than the wait itself. */
const LOOK_EVERY_MS = 5_000;

/**
 * Deletes segments that are surely stored. A 204 means received, not stored: VictoriaMetrics, killed within ten seconds
 * of it, loses it all. So a segment goes when all of it was received a while ago by a run that still goes on.
 */
export async function retireSegments(options: RetireOptions, signal: AbortSignal): Promise<void> {
  const { spool, link, clock, storedAfterMs } = options;
  const { shelf } = spool;
  const isReceived = (segment: Segment) => segment.size > 0 && segment.unsent.isEmpty;
  const isDue = (segment: Segment) =>
    segment.sealed && isReceived(segment) && clock.monotonic() - segment.receivedAt >= storedAfterMs;

  while (!signal.aborted) {
    await pause(clock, Math.min(LOOK_EVERY_MS, storedAfterMs), signal);
    await link.ready(signal);
    // A quiet box would need hours to fill a segment, and until it ends nothing of it can go.
    const newest = shelf.segments.at(-1);
    if (
      newest !== undefined &&
      !newest.sealed &&
      isReceived(newest) &&
      clock.monotonic() - newest.begunAt >= storedAfterMs
    )
      await spool.seal();
    const due = shelf.segments.filter(isDue);
    if (!(await link.check(signal))) continue;
    for (const segment of due)
      if (isDue(segment) && (segment.receivedBy === undefined || segment.receivedBy === link.generation()))
        await shelf.remove(segment);
  }
}
