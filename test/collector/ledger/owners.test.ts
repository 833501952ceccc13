import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { FromThread } from '../../../collector/ledger/messages.ts';
import type { Owner, Reading, Writing } from '../../../collector/ledger/owner.ts';
import { migrationsOf, owners } from '../../../collector/ledger/owners.ts';
import { openWriter } from '../../../collector/ledger/writer.ts';
import { reasonInWords } from '../../../model/reason.ts';
import { DAY, HOUR, MINUTE } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { check, folderFor, ledgerFor, viewOf } from './open-ledger.ts';

/** The day of which `ledger-2.sql` tells: up, an hour down from six, up; and a check every five minutes. */
const TODAY = Date.UTC(2026, 0, 5);

/** A folder with a ledger as the release before the owners wrote it. */
async function olderLedger(t: TestContext): Promise<string> {
  const folder = await folderFor(t);
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec(await readFile(new URL('../../fixtures/ledger-2.sql', import.meta.url), 'utf8'));
  db.close();
  return folder;
}

test('a ledger of an older release goes on with all it has', async (t) => {
  const folder = await olderLedger(t);
  const { ledger, pass, close } = await ledgerFor(t, new FakeClock(TODAY + 2 * DAY), folder);
  assert.deepEqual(
    (await ledger.standings.kept()).map(({ vantage, standing, since }) => [vantage, standing, since - TODAY]),
    [
      ['', 'up', 7 * HOUR],
      ['local', 'up', 7 * HOUR],
    ],
  );
  assert.deepEqual(await ledger.pulses.latest(), [
    { monitor: 'job', at: TODAY + HOUR, signal: 'fail', exitCode: 3, log: 'no space' },
  ]);
  ledger.note(check(TODAY + 2 * DAY), 5 * MINUTE);
  await pass(11 * MINUTE);
  await close();
  using view = viewOf(folder);
  assert.equal(view.checks.between('web', TODAY, TODAY + 3 * DAY).length, 304);
  assert.deepEqual(
    view.transitions
      .of('web', TODAY, TODAY + DAY, 10)
      .map(({ at, to, reason }) => [at - TODAY, to, reasonInWords(reason)]),
    [
      [7 * HOUR, 'up', '200 OK'],
      [6 * HOUR, 'down', '503 Service Unavailable'],
      [0, 'up', '200 OK'],
    ],
  );
  assert.deepEqual(
    view.changes.between(TODAY, TODAY + DAY, 10).map(({ kind, what, machine }) => [kind, what, machine]),
    [
      ['config', 'config', hostname()],
      ['package', 'curl', hostname()],
    ],
    'what was altered before a change named its machine was altered on this one',
  );
  const [first, second] = view.days.of(['web'], 3, TODAY + 2 * DAY + 11 * MINUTE).get('web') ?? [];
  assert.deepEqual([first?.account.up, first?.account.down], [23 * HOUR, HOUR]);
  assert.deepEqual([first?.checks, second?.checks], [0, 12], 'checks are counted from now on, where they say anything');
});

/** Somebody new, as a file of their own would have it. */
const notes = {
  migrations: [
    { version: migrationsOf(owners).length + 1, sql: 'CREATE TABLE note (id INTEGER PRIMARY KEY, what TEXT NOT NULL)' },
  ],
  reads: {
    all({ db }: Reading) {
      const read = db.prepare('SELECT what FROM note ORDER BY id');
      return (): string[] => read.all().map(({ what }) => String(what));
    },
  },
  writes: {
    add({ db }: Writing) {
      const insert = db.prepare('INSERT INTO note (what) VALUES (?)');
      return (what: string): void => {
        insert.run(what);
      };
    },
  },
} satisfies Owner;

test('a new owner is one object and one entry: its table is made, its questions are answered', async (t) => {
  const folder = await olderLedger(t);
  const writer = openWriter(folder, { ...owners, notes });
  const ask = (id: number, question: string, ...args: unknown[]) =>
    ({ kind: 'ask', id, owner: 'notes', question, args }) as const;
  const replies = writer.handle([ask(1, 'add', 'milk'), ask(2, 'add', null), ask(3, 'all'), ask(4, 'sing')]);
  writer.handle([{ kind: 'close', id: 5, now: TODAY }]);
  const answers = replies.map((one: FromThread) => (one.kind === 'answer' ? one.value : one.kind));
  assert.deepEqual(
    answers,
    [undefined, 'failure', ['milk'], 'failure'],
    'what cannot be written takes nothing with it',
  );
});
