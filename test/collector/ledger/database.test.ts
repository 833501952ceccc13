import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openToRead, openToWrite } from '../../../collector/ledger/database.ts';
import type { Owners } from '../../../collector/ledger/owner.ts';
import { migrationsOf, owners } from '../../../collector/ledger/owners.ts';
import { LedgerRefused } from '../../../collector/ledger/trouble.ts';
import { SECOND } from '../../../model/time.ts';
import { check, folderFor, ledgerFor, START, stand, transition, viewOf } from './open-ledger.ts';

const migrations = migrationsOf(owners);

/** A folder with a ledger of some pages, closed. */
async function filled(t: TestContext): Promise<string> {
  const { folder, ledger, pass, close } = await ledgerFor(t);
  await ledger.transitions.keep([transition(START, 'unknown', 'up')], [stand(START, 'up', START)]);
  for (let i = 0; i < 20_000; i++) ledger.note(check(START + i * SECOND), SECOND);
  await pass(10 * SECOND);
  await close();
  return folder;
}

async function fingerprint(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !/-(wal|shm)$/.test(name)).sort();
  return Promise.all(
    names.map(
      async (name) =>
        `${name} ${createHash('sha256')
          .update(await readFile(join(folder, name)))
          .digest('hex')}`,
    ),
  );
}

async function refusedUntouched(t: TestContext, folder: string, message: RegExp): Promise<void> {
  const before = await fingerprint(folder);
  await assert.rejects(ledgerFor(t, undefined, folder), (error) => {
    assert.ok(error instanceof LedgerRefused);
    assert.match(error.message, message);
    return true;
  });
  assert.throws(() => viewOf(folder), LedgerRefused);
  assert.deepEqual(await fingerprint(folder), before);
}

test('garbage in the place of the ledger is refused and left as it is', async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, 'ledger.db'), Buffer.alloc(100_000, 'garbage'));
  await refusedUntouched(t, folder, /ledger\.db is damaged .*left as it is/);
});

test('a ledger that was cut off is refused and left as it is', async (t) => {
  const folder = await filled(t);
  const path = join(folder, 'ledger.db');
  const { size } = await (await import('node:fs/promises')).stat(path);
  for (const left of [size - 4096, Math.floor(size / 2), 4096, 512, 50]) {
    await truncate(path, left);
    const before = await fingerprint(folder);
    await assert.rejects(ledgerFor(t, undefined, folder), LedgerRefused, `${left} bytes`);
    assert.deepEqual(await fingerprint(folder), before);
  }
});

test('a flipped byte in the header is refused, or does no harm', async (t) => {
  const folder = await filled(t);
  const whole = await readFile(join(folder, 'ledger.db'));
  let refused = 0;
  for (let index = 0; index < 100; index++) {
    const copy = join(folder, String(index));
    await mkdir(copy);
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(index) ^ 0x55, index);
    await writeFile(join(copy, 'ledger.db'), damaged);
    let db: DatabaseSync | undefined;
    try {
      db = openToWrite(copy);
      assert.equal(db.prepare('SELECT count(*) AS n FROM check_block').get()?.n, 10);
      assert.equal(db.prepare('SELECT count(*) AS n FROM transition').get()?.n, 1);
    } catch (error) {
      assert.ok(error instanceof LedgerRefused, `byte ${index}: ${error}`);
      assert.deepEqual(await readFile(join(copy, 'ledger.db')), damaged);
      refused++;
    } finally {
      db?.close();
    }
  }
  assert.ok(refused > 20, `${refused} refused`);
});

test('a damaged page deep inside is noticed at the start', async (t) => {
  const folder = await filled(t);
  const bytes = await readFile(join(folder, 'ledger.db'));
  bytes.fill(0xff, 4096 * 3, 4096 * 3 + 64);
  await writeFile(join(folder, 'ledger.db'), bytes);
  const before = await fingerprint(folder);
  await assert.rejects(ledgerFor(t, undefined, folder), /damaged/);
  assert.deepEqual(await fingerprint(folder), before);
});

test('a ledger of a newer signalbox is refused and left as it is', async (t) => {
  const folder = await filled(t);
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec(`PRAGMA user_version = ${migrations.length + 1}`);
  db.close();
  await refusedUntouched(t, folder, /of version \d+, made by a newer signalbox/);
});

test("another program's database is not taken for a ledger", async (t) => {
  const folder = await folderFor(t);
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec('CREATE TABLE theirs (a); PRAGMA user_version = 1');
  db.close();
  await refusedUntouched(t, folder, /not a ledger of signalbox/);
});

test('a reader where the box never ran is told so', () => {
  assert.throws(() => viewOf('/nowhere/at/all'), /there is no ledger yet/);
  assert.throws(() => openToRead('/nowhere'), LedgerRefused);
});

test('a folder that is missing is refused in words', async (t) => {
  await assert.rejects(ledgerFor(t, undefined, '/nowhere/at/all'), {
    code: 'ledger-refused',
    message: /cannot be used/,
  });
});

test('an older ledger is brought up to date, and a copy kept', async (t) => {
  const folder = await filled(t);
  const path = join(folder, 'ledger.db');
  await copyFile(path, join(folder, 'original'));
  await writeFile(join(folder, 'ledger.before-1.db'), 'an older copy');
  const next = migrations.length + 1;
  const steps = [...migrations, { version: next, sql: 'CREATE TABLE incident (id INTEGER PRIMARY KEY)' }];
  const db = openToWrite(folder, steps);
  assert.equal(db.prepare('PRAGMA user_version').get()?.user_version, next);
  assert.equal(db.prepare('SELECT count(*) AS n FROM incident').get()?.n, 0);
  assert.equal(db.prepare('SELECT count(*) AS n FROM transition').get()?.n, 1);
  db.close();
  const copies = (await readdir(folder)).filter((name) => name.startsWith('ledger.before'));
  assert.deepEqual(copies, [`ledger.before-${next}.db`]);
  assert.deepEqual(await readFile(join(folder, `ledger.before-${next}.db`)), await readFile(join(folder, 'original')));
  await assert.rejects(ledgerFor(t, undefined, folder), /newer signalbox/, 'and the older signalbox refuses it now');
});

test('a step that fails leaves the ledger at the step before', async (t) => {
  const folder = await filled(t);
  const next = migrations.length + 1;
  const steps = [
    ...migrations,
    { version: next, sql: 'CREATE TABLE incident (id); DROP TABLE day_block; SELECT oops' },
  ];
  assert.throws(() => openToWrite(folder, steps), LedgerRefused);
  using view = viewOf(folder);
  assert.equal(view.checks.between('web', 0, START + 20_000 * SECOND).length, 20_000);
  const db = openToWrite(folder);
  assert.equal(
    db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('incident', 'day_block')").get()?.n,
    1,
  );
  db.close();
});

test('the steps of the schema are numbered without a gap, and after the first no two owners share one', () => {
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, index) => index + 1),
  );
  const all: Owners = owners;
  const later = Object.values(all).flatMap(({ migrations: own = [] }) => own.filter(({ version }) => version > 1));
  assert.equal(new Set(later.map(({ version }) => version)).size, later.length);
});

test('a ledger of length zero is no new one: it is refused, and left as it is', async (t) => {
  const folder = await folderFor(t);
  openToWrite(folder).close();
  const path = join(folder, 'ledger.db');
  await writeFile(path, '');
  for (const open of [openToWrite, openToRead])
    assert.throws(() => open(folder), {
      code: 'ledger-refused',
      message: /is damaged \(it is empty: its length is 0\)/,
    });
  assert.equal((await readFile(path)).length, 0);
});

test('a ledger that is gone while its write-ahead log is there is not begun anew over it', async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, 'ledger.db-wal'), 'what was written last');
  assert.throws(() => openToWrite(folder), {
    code: 'ledger-refused',
    message: /it is gone, but ledger\.db-wal is there/,
  });
  assert.deepEqual(await readdir(folder), ['ledger.db-wal']);
});

test('a kill while a ledger is made leaves nothing in the way of the next start', async (t) => {
  const folder = await folderFor(t);
  for (const half of ['ledger.db.new', 'ledger.db.new-journal']) await writeFile(join(folder, half), 'half');
  openToWrite(folder).close();
  openToRead(folder).close();
  assert.ok(!(await readdir(folder)).some((name) => name.includes('.new')));
});
