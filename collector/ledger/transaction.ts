import type { DatabaseSync } from 'node:sqlite';

/** Does all of `act` or nothing, durably; `undone` is called when it was rolled back. */
export function transaction<T>(db: DatabaseSync, act: () => T, undone: () => void): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const value = act();
    db.exec('COMMIT');
    return value;
  } catch (error) {
    undone();
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
