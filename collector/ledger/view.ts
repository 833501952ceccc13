import type { DatabaseSync } from 'node:sqlite';
import { openToRead } from './database.ts';
import { eachQuestion, type Owners, opening, type Reading } from './owner.ts';
import { owners, type ReadsOfAll } from './owners.ts';
import { openRecentReader } from './recent-reader.ts';

/** Reading the ledger: synchronous, for a thread or a command of its own; never for the probes' loop. */
export interface LedgerView extends ReadsOfAll {
  close(): void;
}

/** Opens the ledger to read, beside a running box or without one. Throws `LedgerRefused` when there is none, or it is damaged or of another version. */
export function openView(folder: string): LedgerView {
  const db = openToRead(folder);
  const reading: Reading = { db, eachRecent: openRecentReader(db), noted: new Map() };
  const all: Owners = owners;
  const questions = eachQuestion(all, ['reads'], (owner, question) => {
    const answer = opening(all[owner]?.reads?.[question], reading);
    return (...args: readonly unknown[]) => snapshot(db, () => answer(...args));
  }) as unknown as ReadsOfAll;
  return { ...questions, close: () => db.close() };
}

/** Everything read inside is of one instant, also while the box writes. */
function snapshot<T>(db: DatabaseSync, act: () => T): T {
  db.exec('BEGIN');
  try {
    return act();
  } finally {
    db.exec('COMMIT');
  }
}
