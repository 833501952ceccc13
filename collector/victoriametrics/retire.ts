import type { Clock } from '../../model/time.ts';
import type { Segment } from '../spool/segment.ts';
import type { Spool } from '../spool/spool.ts';
import { type Link, pause } from './link.ts';

/** A 204 means received, not stored: VictoriaMetrics, killed within ten seconds of it, loses it. So a segment lives on. */
const STORED_AFTER_MS = 60_000;
/** A segment of a quiet box is ended after this long, or what it holds would wait for hours to be let go. */
const END_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/** Deletes segments that are surely stored: all of it received, 60 s ago at least, by the run that still goes on. */
export async function retireSegments(spool: Spool, link: Link, clock: Clock, signal: AbortSignal): Promise<void> {
  const isDue = (segment: Segment) =>
    segment.size > 0 && segment.unsent.isEmpty && clock.monotonic() - segment.receivedAt >= STORED_AFTER_MS;
  while (!signal.aborted) {
    await pause(clock, LOOK_EVERY_MS, signal);
    await link.ready(signal);
    const newest = spool.shelf.segments.at(-1);
    if (newest !== undefined && !newest.sealed && newest.size > 0 && newest.unsent.isEmpty)
      if (clock.monotonic() - newest.begunAt >= END_AFTER_MS) await spool.seal();
    const due = spool.shelf.segments.filter((one) => one.sealed && isDue(one));
    if (!(await link.check(signal))) continue;
    for (const segment of due)
      if (isDue(segment) && (segment.receivedBy === undefined || segment.receivedBy === link.generation()))
        await spool.shelf.remove(segment);
  }
}
