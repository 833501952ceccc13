import type { DatabaseSync } from 'node:sqlite';

/** Pages given back to the file system in one go, and how many may lie unused: they are filled again soon. */
const PAGES_AT_ONCE = 64;
const SPARE_PAGES = 256;
const SPARE_SHARE = 0.1;

/** Gives some of the file's unused pages back, where there are too many; inside a transaction. */
export function openSparePages(db: DatabaseSync): () => void {
  const countPages = db.prepare('PRAGMA page_count');
  const countFree = db.prepare('PRAGMA freelist_count');
  return () => {
    const pages = Number(countPages.get()?.page_count);
    const free = Number(countFree.get()?.freelist_count);
    if (free > Math.max(SPARE_PAGES, pages * SPARE_SHARE)) db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
  };
}
