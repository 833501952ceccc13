import type { DatabaseSync } from 'node:sqlite';
import type { Blindness, Standing } from '../../model/standing.ts';
import { type Instant, SECOND } from '../../model/time.ts';
import type { Stretch } from '../../model/timeline.ts';

/** What the writer knew when it last wrote may have gone on for so long before it writes again. */
const FLUSH_GRACE_MS = 15 * SECOND;

/**
 * Until when a stand counts for a reader: one that was fresh at the last flush (`flushed`) goes on counting until the
 * next is surely over, or a monitor checked every few seconds would seem unwatched between two flushes.
 */
export function countsUntil(freshUntil: Instant, flushed: Instant): Instant {
  return freshUntil >= flushed ? Math.max(freshUntil, flushed + FLUSH_GRACE_MS) : freshUntil;
}

/** When the writer last flushed, by the wall clock; 0 when never. */
export function openFlushed(db: DatabaseSync): () => Instant {
  const flushed = db.prepare("SELECT value FROM meta WHERE name = 'flushed'");
  return () => Number(flushed.get()?.value ?? 0);
}

/** The stretches of a series that reach into `[from, to)`, in order. As seen from `now`, what was last known ends where nobody looked any more. */
export type Timeline = (series: number, from: Instant, to: Instant, now: Instant) => Stretch[];

export function openTimeline(db: DatabaseSync): Timeline {
  const inside = db.prepare(`SELECT at, "to", blind FROM transition WHERE series = ?1 AND at < ?3
    AND at >= coalesce((SELECT max(at) FROM transition WHERE series = ?1 AND at <= ?2), ?2) ORDER BY at, id`);
  inside.setReturnArrays(true);
  const fresh = db.prepare('SELECT until FROM fresh WHERE series = ?');
  const flushed = openFlushed(db);
  return (series, from, to, now) => {
    const rows = inside.all(series, from, to) as unknown as [number, Standing, Blindness | null][];
    const stretches: Stretch[] = rows.map(([at, standing, blind]) => ({
      at,
      standing,
      ...(blind === null ? {} : { blind }),
    }));
    const last = stretches.at(-1);
    const found = fresh.get(series)?.until;
    if (last === undefined || typeof found !== 'number') return stretches;
    const until = countsUntil(found, flushed());
    if (until < now && until < to) {
      stretches.push({ at: Math.max(until, last.at), standing: 'unknown', blind: 'unwatched' });
    }
    return stretches;
  };
}
