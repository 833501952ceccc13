import assert from 'node:assert/strict';
import { copyFile, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LedgerGone } from '../../../collector/ledger/trouble.ts';
import { MINUTE, SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { check, ledgerFor, START, stand, transition, viewOf } from './open-ledger.ts';

/** A ledger that has concluded something, and noted something since that is not on disk yet. */
async function ledgerWithHistory(t: Parameters<typeof ledgerFor>[0]) {
  const one = await ledgerFor(t);
  await one.ledger.transitions.keep([transition(START, 'up', 'down')], [stand(START, 'down', START + MINUTE)]);
  one.ledger.note(check(START, 'down'), 30 * SECOND);
  return one;
}

for (const name of ['ledger.db', 'ledger.db-wal'])
  test(`when somebody removes ${name} from under the box, it is said, and nothing is lost`, async (t) => {
    const { clock, folder, ledger, gone } = await ledgerWithHistory(t);
    await rm(join(folder, name));
    await clock.advance(10 * SECOND);
    assert.match(await gone, /ledger\.db was removed while the box ran, and was put back; .* stop the box first/);
    await assert.rejects(ledger.standings.kept(), LedgerGone);

    const again = await ledgerFor(t, new FakeClock(START), folder);
    assert.equal((await again.ledger.standings.kept())[0]?.standing, 'down');
    using view = viewOf(folder);
    assert.equal(view.transitions.of('web', 0, START + 1, 10).length, 1);
    assert.equal(view.checks.between('web', 0, START + MINUTE).length, 1);
  });

test('what is written after the whole folder was removed is not acknowledged, and the history is put back', async (t) => {
  const { folder, ledger, gone } = await ledgerWithHistory(t);
  await ledger.pulses.keep({ monitor: 'job', at: START, signal: 'ok' });
  await rm(folder, { recursive: true });
  const late = [1, 2].map((at) => ledger.pulses.keep({ monitor: 'job', at: START + at, signal: 'ok' }));
  for (const one of late) await assert.rejects(one, LedgerGone);
  assert.match(await gone, /ledger\.db was removed while the box ran, and was put back; .* stop the box first/);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);

  const again = await ledgerFor(t, new FakeClock(START), folder);
  assert.equal((await again.ledger.standings.kept())[0]?.standing, 'down');
  assert.ok((await again.ledger.pulses.latest()).some((one) => one.signal === 'ok'));
});

test('when it cannot be put back either, the ledger ends', async (t) => {
  const { folder, ledger, gone } = await ledgerWithHistory(t);
  await rm(folder, { recursive: true });
  await writeFile(folder, 'a file where the folder was');
  await assert.rejects(ledger.pulses.keep({ monitor: 'job', at: START, signal: 'ok' }), LedgerGone);
  assert.match(await gone, /ledger\.db was removed while the box ran, and could not be put back: .*EEXIST/);
});

test('when somebody puts another file in its place, it is said, and that file is left as it is', async (t) => {
  const { clock, folder, gone } = await ledgerWithHistory(t);
  const other = await ledgerFor(t);
  await other.close();
  await copyFile(join(other.folder, 'ledger.db'), join(folder, 'backup'));
  await rename(join(folder, 'backup'), join(folder, 'ledger.db'));
  await clock.advance(10 * SECOND);
  assert.match(await gone, /ledger\.db was replaced while the box ran/);
  using view = viewOf(folder);
  assert.deepEqual(view.transitions.of('web', 0, START + 1, 10), []);
});

test('a ledger that is damaged while it is written is said to be', async (t) => {
  const { clock, folder, ledger, gone } = await ledgerFor(t);
  const reason = ['x'.repeat(300)];
  const many = Array.from({ length: 20_000 }, (_, at) => transition(START + at, 'up', 'down', { reason }));
  const first = transition(START, 'up', 'down', { monitor: 'first' });
  await ledger.transitions.keep([first, ...many], []);
  for (const name of ['ledger.db', 'ledger.db-wal']) {
    const file = await open(join(folder, name), 'r+');
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size, 0xa5), 0, size, 0);
    await file.close();
  }
  await assert.rejects(ledger.transitions.keep([{ ...first, at: START + 1 }], []));
  await clock.advance(10 * SECOND);
  assert.match(await gone, /the ledger cannot go on: .*(malformed|not a database)/);
});
