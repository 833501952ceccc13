import type { DatabaseSync } from 'node:sqlite';
import type { Blindness, Standing } from '../../model/standing.ts';
import type { Instant } from '../../model/time.ts';
import type { Stretch } from '../../model/timeline.ts';

/** A stand is written with the flush; one that is this much past its time belongs to a box that is off. */
const FLUSH_GRACE_MS = 15_000;

/** The stretches of a series that reach into `[from, to)`, in order. What was last known ends when nobody looked any more, as seen from `now`. */
export type Timeline = (series: number, from: Instant, to: Instant, now: Instant) => Stretch[];

export function openTimeline(db: DatabaseSync): Timeline {
  const inside = db.prepare(`SELECT at, "to", blind FROM transition WHERE series = ?1 AND at < ?3
    AND at >= coalesce((SELECT max(at) FROM transition WHERE series = ?1 AND at <= ?2), ?2) ORDER BY at, id`);
  inside.setReturnArrays(true);
  const fresh = db.prepare('SELECT until FROM fresh WHERE series = ?');
  return (series, from, to, now) => {
    const rows = inside.all(series, from, to) as unknown as [number, Standing, Blindness | null][];
    const stretches: Stretch[] = rows.map(([at, standing, blind]) => ({
      at,
      standing,
      ...(blind === null ? {} : { blind }),
    }));
    const until = fresh.get(series)?.until;
    const last = stretches.at(-1);
    if (last !== undefined && typeof until === 'number' && until + FLUSH_GRACE_MS < now && until < to) {
      stretches.push({ at: Math.max(until, last.at), standing: 'unknown', blind: 'unwatched' });
    }
    return stretches;
  };
}
