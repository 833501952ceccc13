import { closeSync, copyFileSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Migration } from './owner.ts';
import { migrationsOf, owners } from './owners.ts';
import { inWords, LedgerRefused } from './trouble.ts';

export const LEDGER_FILE = 'ledger.db';

/** "SBox", so that another program's database is never taken for a ledger. */
const APPLICATION_ID = 0x53426f78;
const SETTINGS = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 8388608; PRAGMA cache_size = -1024`;
const migrations = migrationsOf(owners);
const COPY = /^ledger\.before-\d+\.db$/;

/**
 * Opens the ledger to write, makes it if there is none, brings an older one up to date. Throws `LedgerRefused` and changes nothing when it
 * is damaged, empty or newer.
 */
export function openToWrite(folder: string, steps: readonly Migration[] = migrations): DatabaseSync {
  const path = join(folder, LEDGER_FILE);
  if (sizeOf(path) === undefined) make(folder, steps);
  const found = inspect(path, steps.length);
  const db = refusing(path, () => new DatabaseSync(path));
  try {
    refusing(path, () => db.exec(SETTINGS));
    if (found < steps.length) keepCopy(db, folder, found + 1);
    bringUpToDate(db, path, steps.slice(found));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Makes a ledger whole before it has its name: one that is empty is never one that a kill left half made. */
function make(folder: string, steps: readonly Migration[]): void {
  const path = join(folder, LEDGER_FILE);
  if ((sizeOf(`${path}-wal`) ?? 0) > 0)
    throw damaged(path, `it is gone, but ${LEDGER_FILE}-wal is there with what was written to it last`);
  const draft = `${path}.new`;
  for (const file of [draft, `${draft}-journal`]) rmSync(file, { force: true });
  const db = refusing(path, () => new DatabaseSync(draft));
  try {
    // Before the first table, or never.
    refusing(path, () => db.exec('PRAGMA auto_vacuum = INCREMENTAL'));
    bringUpToDate(db, path, steps);
  } finally {
    db.close();
  }
  refusing(path, () => renameSync(draft, path));
}

function bringUpToDate(db: DatabaseSync, path: string, steps: readonly Migration[]): void {
  db.function('this_machine', { deterministic: true }, hostname);
  for (const step of steps) refusing(path, () => migrate(db, step));
}

/** Opens the ledger to read only. Throws `LedgerRefused` when there is none, or it is damaged or of another version. */
export function openToRead(folder: string): DatabaseSync {
  const path = join(folder, LEDGER_FILE);
  if (sizeOf(path) === undefined)
    throw new LedgerRefused(
      `${path}: there is no ledger yet: the box has not run here, or --data is to name another folder`,
    );
  const db = refusing(path, () => new DatabaseSync(path, { readOnly: true, timeout: 2_000 }));
  try {
    const version = versionOf(db, path, migrations.length);
    if (version < migrations.length) {
      throw new LedgerRefused(
        `${path} is of version ${version}, and this signalbox reads ${migrations.length}; start the box once to bring it up to date`,
      );
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The version of the ledger at `path`, after looking through all its pages; the file is not touched. */
function inspect(path: string, newest: number): number {
  const db = refusing(path, () => new DatabaseSync(path, { readOnly: true }));
  try {
    const version = versionOf(db, path, newest);
    const verdict = refusing(path, () => db.prepare('PRAGMA quick_check(1)').get());
    if (verdict?.quick_check !== 'ok') throw damaged(path, String(verdict?.quick_check));
    return version;
  } finally {
    db.close();
  }
}

function versionOf(db: DatabaseSync, path: string, newest: number): number {
  return refusing(path, () => {
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    const application = Number(db.prepare('PRAGMA application_id').get()?.application_id);
    if (sizeOf(path) === 0) throw damaged(path, 'it is empty: its length is 0');
    if (application !== APPLICATION_ID) {
      throw new LedgerRefused(`${path} is not a ledger of signalbox; it has been left as it is. Choose another --data`);
    }
    if (version > newest) {
      throw new LedgerRefused(
        `${path} is of version ${version}, made by a newer signalbox; this one knows versions up to ${newest}. It has been left as it is`,
      );
    }
    return version;
  });
}

function migrate(db: DatabaseSync, step: Migration): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(step.sql);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${step.version}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Keeps one copy of the ledger as it was before version `next`; an older copy makes room. */
function keepCopy(db: DatabaseSync, folder: string, next: number): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const copy = `ledger.before-${next}.db`;
  const half = join(folder, `${copy}.part`);
  copyFileSync(join(folder, LEDGER_FILE), half);
  const file = openSync(half, 'r');
  fsyncSync(file);
  closeSync(file);
  renameSync(half, join(folder, copy));
  for (const name of readdirSync(folder)) if (COPY.test(name) && name !== copy) rmSync(join(folder, name));
}

function refusing<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof LedgerRefused) throw error;
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
    // SQLITE_CORRUPT, SQLITE_NOTADB
    if (code === 11 || code === 26) throw damaged(path, inWords(error), error);
    throw new LedgerRefused(`${path} cannot be used: ${inWords(error)}`, { cause: error });
  }
}

function damaged(path: string, detail: string, cause?: unknown): LedgerRefused {
  return new LedgerRefused(
    `${path} is damaged (${detail}); it has been left as it is. Put a copy in its place, or move it away to begin a new history`,
    { cause },
  );
}

/** In bytes; undefined when there is no such file. */
function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
