import type { Segment } from '../spool/segment.ts';

/** Notes that a run of VictoriaMetrics received `[from, to)` of a segment. That is not yet stored. */
export function markReceived(
  segment: Segment,
  from: number,
  to: number,
  generation: string | undefined,
  now: number,
): void {
  segment.unsent.remove(from, to);
  segment.receivedBy = generation;
  segment.receivedAt = now;
}

/** Whether this run of VictoriaMetrics may have lost what an earlier one received; if so all of it is to be sent again. */
export function forgetReceipt(segment: Segment, generation: string): boolean {
  if (segment.receivedBy === undefined || segment.receivedBy === generation) return false;
  segment.receivedBy = undefined;
  segment.unsent.add(0, segment.size);
  return true;
}
