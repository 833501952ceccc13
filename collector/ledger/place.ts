import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { inWords, LedgerGone } from './trouble.ts';

const ADVICE = 'to begin a new history, or to bring an old one back, stop the box first';

/**
 * Watches that the ledger's file stays where it is. The returned function throws `LedgerGone` when it was removed or
 * replaced: SQLite would go on writing into a file that nobody finds again. One that was removed is put back, whole, and its folder too.
 */
export function watchPlace(db: DatabaseSync): () => void {
  const path = db.location() ?? '';
  const inode = inodeOf(path);
  let journal: bigint | undefined;
  return () => {
    const found = inodeOf(path);
    const foundJournal = inodeOf(`${path}-wal`);
    journal ??= foundJournal;
    if (found === inode && foundJournal !== undefined) return;
    if (found !== undefined && found !== inode) {
      db.close();
      if (foundJournal === journal) removeJournal(path);
      throw new LedgerGone(`${path} was replaced while the box ran; ${ADVICE}`);
    }
    try {
      if (found === undefined) putBack(db, path);
      // What stands only in a journal without a name goes into the file.
      else db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      const why = `and could not be put back: ${inWords(error)}`;
      throw new LedgerGone(`${path} was removed while the box ran, ${why}; ${ADVICE}`, { cause: error });
    }
    throw new LedgerGone(`${path} was removed while the box ran, and was put back; ${ADVICE}`);
  };
}

function putBack(db: DatabaseSync, path: string): void {
  const copy = `${path}.part`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(copy, { force: true });
  db.prepare('VACUUM INTO ?').run(copy);
  db.close();
  removeJournal(path);
  renameSync(copy, path);
}

/** What is left of the journal of a file that is gone would be laid over the file now in its place. */
function removeJournal(path: string): void {
  for (const rest of ['-wal', '-shm']) rmSync(`${path}${rest}`, { force: true });
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}
