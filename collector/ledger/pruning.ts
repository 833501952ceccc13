import type { DatabaseSync } from 'node:sqlite';
import { DAY, type Instant } from '../../model/time.ts';
import { BLOCK_SPAN_MS } from './check-block.ts';

/** Every check is kept for twelve weeks. */
export const CHECKS_KEPT_MS = 84 * DAY;
/** Series looked at in one go. */
const SERIES_AT_ONCE = 50;
/** What was altered is kept for two years. */
export const CHANGES_KEPT_MS = 730 * DAY;
/** Changes deleted in one go. */
const CHANGES_AT_ONCE = 500;
/** Pages given back to the file system in one go, and how many may lie unused: they are filled again soon. */
const PAGES_AT_ONCE = 64;
const SPARE_PAGES = 256;
const SPARE_SHARE = 0.1;

/** Deletes checks of over twelve weeks, a few series at a time, and changes of over two years; inside a transaction. */
export function openPruning(db: DatabaseSync): (now: Instant) => void {
  const next = db.prepare(`SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ${SERIES_AT_ONCE}`);
  const prune = db.prepare('DELETE FROM check_block WHERE series = ? AND start < ?');
  const forget = db.prepare(
    `DELETE FROM change WHERE id IN (SELECT id FROM change WHERE at < ? ORDER BY at LIMIT ${CHANGES_AT_ONCE})`,
  );
  let reached = 0;
  return (now) => {
    const ids = next.all(reached).map((row) => Number(row.id));
    for (const id of ids) prune.run(id, now - CHECKS_KEPT_MS - BLOCK_SPAN_MS);
    forget.run(now - CHANGES_KEPT_MS);
    reached = ids.length < SERIES_AT_ONCE ? 0 : (ids.at(-1) ?? 0);
    const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count);
    const free = Number(db.prepare('PRAGMA freelist_count').get()?.freelist_count);
    if (free > Math.max(SPARE_PAGES, pages * SPARE_SHARE)) db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
  };
}
