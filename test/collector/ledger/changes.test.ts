import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openToWrite } from '../../../collector/ledger/database.ts';
import { CHANGES_KEPT_MS } from '../../../collector/ledger/owners/changes.ts';
import { migrationsOf, owners } from '../../../collector/ledger/owners.ts';
import type { Change } from '../../../model/change.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { folderFor, ledgerFor, START, stand, transition, viewOf } from './open-ledger.ts';

function upgrade(at: number, what: string, from = '1.0', to = '1.1', detail = 'apt-get -y upgrade'): Change {
  return { at, kind: 'package', what, from, to, detail };
}

test('what was altered is kept over a restart, newest first; seen twice it is one', async (t) => {
  const { ledger, folder, close } = await ledgerFor(t);
  const added: Change = { at: START, kind: 'unit', what: 'web.service', to: 'ab12' };
  const gone: Change = { at: START + SECOND, kind: 'container', what: 'web', from: 'nginx:1.27' };
  await ledger.changes.add([added, gone]);
  await ledger.changes.add([gone, upgrade(START, 'curl'), { ...added, detail: 'told otherwise' }]);
  await close();
  const again = await ledgerFor(t, new FakeClock(START), folder);
  await again.ledger.changes.add([added]);
  using view = viewOf(folder);
  assert.deepEqual(view.changes.between(START, START + HOUR, 10), [gone, upgrade(START, 'curl'), added]);
  assert.deepEqual(view.changes.between(START, START + SECOND, 1), [upgrade(START, 'curl')]);
  assert.deepEqual(view.changes.between(START + HOUR, START + DAY, 10), []);
});

test('what is too long is cut, so that a hostile log cannot fill the ledger', async (t) => {
  const { ledger, folder } = await ledgerFor(t);
  const long = 'x'.repeat(1e6);
  await ledger.changes.add([{ at: START, kind: 'package', what: long, from: long, to: long, detail: long }]);
  using view = viewOf(folder);
  const [kept] = view.changes.between(0, START + 1, 1);
  assert.deepEqual(
    [kept?.what.length, kept?.from?.length, kept?.to?.length, kept?.detail?.length],
    [200, 200, 200, 10_000],
  );
});

test('the last change of a thing is known, also after a restart, and not one that a wrong clock dated ahead', async (t) => {
  const first = await ledgerFor(t);
  assert.equal(await first.ledger.changes.last('version', 'signalbox', START), undefined);
  const older: Change = { at: START, kind: 'version', what: 'signalbox', to: '0.1.0' };
  const newer: Change = { at: START + DAY, kind: 'version', what: 'signalbox', from: '0.1.0', to: '0.2.0' };
  await first.ledger.changes.add([newer, older, upgrade(START + 2 * DAY, 'signalbox')]);
  await first.close();
  const second = await ledgerFor(t, new FakeClock(START), first.folder);
  assert.deepEqual(await second.ledger.changes.last('version', 'signalbox', START + 2 * DAY), newer);
  assert.deepEqual(await second.ledger.changes.last('version', 'signalbox', START + HOUR), older);
});

test('before an outage: one run of apt is one line, the most telling stay, newest first', async (t) => {
  const { ledger, folder } = await ledgerFor(t);
  const outage = START + 12 * HOUR;
  const run = Array.from({ length: 200 }, (_, index) => upgrade(START + index * SECOND, `lib${index}`));
  const docker = upgrade(START + 50 * SECOND, 'docker-ce', '27.1', '28.0');
  const backend: Change = {
    at: START + HOUR,
    kind: 'firewall',
    what: 'iptables backend',
    from: 'legacy',
    to: 'nf_tables',
  };
  const crashes = Array.from({ length: 100 }, (_, index): Change[] => [
    { at: START + 2 * HOUR + index * 5 * MINUTE, kind: 'container', what: 'web', from: 'running', to: 'exited (1)' },
    {
      at: START + 2 * HOUR + index * 5 * MINUTE + 1,
      kind: 'container',
      what: 'web',
      from: 'exited (1)',
      to: 'running',
    },
  ]).flat();
  const atOnce: Change = { at: outage, kind: 'config', what: 'config', detail: 'changed web' };
  const later: Change = { at: outage + 1, kind: 'engine', what: 'docker', from: '28', to: '29' };
  const longAgo: Change = { at: outage - DAY - 1, kind: 'engine', what: 'docker', from: '26', to: '27' };
  await ledger.changes.add([...run, docker, backend, ...crashes, atOnce, later, longAgo]);
  using view = viewOf(folder);
  const told = view.changes.before(outage, DAY, 3);
  assert.deepEqual(
    told.map(({ kind, changes }) => [kind, changes.length, changes[0]?.what]),
    [
      ['config', 1, 'config'],
      ['firewall', 1, 'iptables backend'],
      ['package', 201, 'docker-ce'],
    ],
  );
  assert.equal(view.changes.before(outage).length, 10, 'of a day, ten');
  assert.deepEqual([told[2]?.from, told[2]?.to], [START, START + 199 * SECOND]);
  assert.equal(view.changes.before(outage, 4 * HOUR, 100).length, 2 * 28 + 1, 'each crash, and the config');
});

test('an upgrade of thousands of packages hides nothing that came before it', async (t) => {
  const { ledger, folder } = await ledgerFor(t);
  const engine: Change = { at: START, kind: 'engine', what: 'docker', from: '27.1', to: '28.0' };
  const run = Array.from({ length: 9_000 }, (_, index) => upgrade(START + HOUR + index * 100, `lib${index}`));
  await ledger.changes.add([engine, ...run]);
  using view = viewOf(folder);
  assert.deepEqual(
    view.changes.before(START + 6 * HOUR).map(({ kind, changes }) => [kind, changes.length]),
    [
      ['package', 9_000],
      ['engine', 1],
    ],
  );
});

test('changes of over two years are deleted, younger ones stay', async (t) => {
  const { ledger, folder, pass } = await ledgerFor(t);
  const old = Array.from({ length: 1_200 }, (_, index) => upgrade(START - CHANGES_KEPT_MS - DAY - index, 'curl'));
  const young = upgrade(START - CHANGES_KEPT_MS + HOUR, 'curl');
  await ledger.changes.add([...old, young]);
  // The clock is believed after ten minutes.
  await pass(12 * MINUTE);
  using view = viewOf(folder);
  assert.deepEqual(view.changes.between(0, START + DAY, 10_000), [young]);
});

test('a ledger from before there were changes keeps all it has, and takes them', async (t) => {
  const folder = await folderFor(t);
  openToWrite(folder, migrationsOf(owners).slice(0, 1)).close();
  const old = new DatabaseSync(join(folder, 'ledger.db'));
  old.exec(`INSERT INTO series (id, monitor, vantage) VALUES (1, 'web', '');
    INSERT INTO transition (series, at, "from", "to", reason, flapping) VALUES (1, ${START}, 'up', 'down', 'now down', 0);
    INSERT INTO stand VALUES (1, 'down', ${START}, 'now down', NULL, 0);
    INSERT INTO fresh VALUES (1, ${START + MINUTE})`);
  assert.equal(old.prepare('PRAGMA user_version').get()?.user_version, 1);
  old.close();
  const { ledger, close } = await ledgerFor(t, undefined, folder);
  await ledger.changes.add([upgrade(START, 'curl')]);
  assert.deepEqual(await ledger.standings.kept(), [
    stand(START, 'down', START + MINUTE, { reason: [{ quote: 'now down' }] }),
  ]);
  await close();
  using view = viewOf(folder);
  assert.deepEqual(view.transitions.of('web', 0, START + DAY, 10), [
    transition(START, 'up', 'down', { reason: [{ quote: 'now down' }] }),
  ]);
  assert.deepEqual(view.changes.between(0, START + DAY, 10), [upgrade(START, 'curl')]);
});
