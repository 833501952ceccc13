import type { DatabaseSync } from 'node:sqlite';
import type { EachRecent } from './check-reader.ts';

/**
 * Makes the history of `from` that of `to`. Answers false and changes nothing when both have a history; true when it is
 * done or there was nothing to carry over (as at every later start with the same `was:`). Inside a transaction.
 */
export function renameMonitor(db: DatabaseSync, eachRecent: EachRecent, from: string, to: string): boolean {
  if (from === to || !hasHistory(db, eachRecent, from)) return true;
  if (hasHistory(db, eachRecent, to)) return false;
  for (const table of ['stand', 'fresh', 'tally'])
    db.prepare(`DELETE FROM ${table} WHERE series IN (SELECT id FROM series WHERE monitor = ?)`).run(to);
  db.prepare('DELETE FROM series WHERE monitor = ?').run(to);
  db.prepare('UPDATE series SET monitor = ? WHERE monitor = ?').run(to, from);
  return true;
}

/** Whether anything but a first standing was ever kept of a monitor. */
function hasHistory(db: DatabaseSync, eachRecent: EachRecent, monitor: string): boolean {
  let checked = false;
  for (const { id } of db.prepare('SELECT id FROM series WHERE monitor = ?').all(monitor))
    eachRecent(Number(id), () => {
      checked = true;
    });
  const found = db
    .prepare(`SELECT EXISTS (SELECT 1 FROM series s WHERE s.monitor = ? AND (s.tail IS NOT NULL
      OR EXISTS (SELECT 1 FROM transition WHERE series = s.id) OR EXISTS (SELECT 1 FROM pulse WHERE series = s.id)
      OR EXISTS (SELECT 1 FROM day_block WHERE series = s.id))) AS found`)
    .get(monitor);
  return checked || found?.found === 1;
}
