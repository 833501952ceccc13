import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { createClock } from '../../collector/clock.ts';
import { openLedger } from '../../collector/ledger/open.ts';
import type { Change } from '../../model/change.ts';
import { type Clock, DAY, HOUR, SECOND } from '../../model/time.ts';
import { folderWith } from '../config/folder.ts';
import { FakeClock } from '../fake-clock.ts';
import { BoxHouse } from '../integration/box.ts';
import { until } from '../integration/until.ts';
import { run } from './command.ts';

const UTC = { TZ: 'UTC' };

/** A state directory with these changes, closed. */
async function withChanges(folder: string, changes: readonly Change[], clock: Clock = createClock()): Promise<string> {
  const data = join(folder, 'data');
  mkdirSync(data);
  const ledger = await openLedger(data, { clock, onTrouble: assert.fail });
  await ledger.changes.add(changes);
  await ledger.close();
  return data;
}

suite('signalbox changes', { concurrency: 2 }, () => {
  test('a run of apt is one line, what else changed is one each, newest first; --all shows every one', async () => {
    using folder = folderWith({});
    const at = Date.now() - HOUR;
    const detail = 'apt-get -y dist-upgrade\nasked for by ada (1000)';
    const upgrade = (what: string, index: number): Change => ({
      at: at + index * SECOND,
      kind: 'package',
      what,
      from: '1',
      to: '2',
      detail,
    });
    await withChanges(folder.path, [
      ...Array.from({ length: 199 }, (_, index) => upgrade(`lib${index}`, index)),
      { ...upgrade('docker-ce', 60), from: '27.1', to: '28.0' },
      { at: at + HOUR / 2, kind: 'firewall', what: 'iptables backend', from: 'legacy', to: 'nf_tables' },
      { at: at - 30 * DAY, kind: 'kernel', what: 'running kernel', from: '6.1.0-25', to: '6.1.0-26' },
      { at: at + 2, kind: 'container', what: 'evil\u001b[2J', from: 'a' },
    ]);
    const { code, out, err } = await run(['changes'], { cwd: folder.path, env: UTC });
    assert.deepEqual([code, err], [0, '']);
    const time = (instant: number) => new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
    const lines = out.trimEnd().split('\n');
    assert.equal(lines[0], `${time(at + HOUR / 2)}  firewall   iptables backend      legacy → nf_tables`);
    assert.match(
      lines[1] ?? '',
      /package {4}apt-get dist-upgrade {2}200 packages: among them docker-ce 27\.1 → 28\.0, lib\d+ 1 → 2, lib\d+ 1 → 2, …$/,
    );
    assert.match(lines[2] ?? '', /container {2}evil�\[2J +gone, was a$/);
    assert.equal(lines.length, 3);
    const all = await run(['changes', '--all', '--kind', 'packages'], { cwd: folder.path, env: UTC });
    assert.equal(all.out.match(/ {2}package {2}/g)?.length, 200);
    assert.match(
      all.out,
      / {2}package {2}docker-ce +27\.1 → 28\.0\n {21}apt-get -y dist-upgrade\n {21}asked for by ada/,
    );
    const older = await run(['changes', '--since', '5w', '-k', 'kernel,boot'], { cwd: folder.path, env: UTC });
    assert.match(older.out, /^\S+ \S+ {2}kernel {2}running kernel {2}6\.1\.0-25 → 6\.1\.0-26\n$/);
  });

  test('as JSON, for programs', async () => {
    using folder = folderWith({});
    const at = Math.floor(Date.now() / 1e3) * 1e3 - HOUR;
    const data = await withChanges(folder.path, [{ at, kind: 'version', what: 'signalbox', from: '0.1', to: '0.2' }]);
    const { out } = await run(['changes', '--json', '--data', data, '--since', '2h']);
    assert.deepEqual(JSON.parse(out), [
      { at: new Date(at).toISOString(), kind: 'version', what: 'signalbox', from: '0.1', to: '0.2' },
    ]);
    assert.equal((await run(['changes', '--json', '--data', data, '--since', '1m'])).out, '[]\n');
  });

  test('a list that nobody has gone on with says until when it is complete', async () => {
    using folder = folderWith({});
    const stopped = Date.now() - 3 * HOUR;
    const change: Change = { at: stopped - HOUR, kind: 'version', what: 'signalbox', from: '0.1', to: '0.2' };
    await withChanges(folder.path, [change], new FakeClock(stopped));
    const { code, out, err } = await run(['changes'], { cwd: folder.path, env: UTC });
    assert.deepEqual([code, out.split('\n').length], [0, 2]);
    const time = new Date(stopped).toISOString().slice(0, 19).replace('T', ' ');
    assert.equal(err, `The box has not run since ${time}: what was altered later is found when it runs again.\n`);
  });

  test('typos are answered with the nearest right word; where nothing is, why', async () => {
    using folder = folderWith({});
    const data = await withChanges(folder.path, []);
    for (const [args, said] of [
      [['--kind', 'pakage'], /^--kind: came "pakage", wanted engine, .* or unit; did you mean package\?\n$/],
      [['--kind', 'xyzzy'], /^--kind: came "xyzzy", wanted engine, .* or unit\n$/],
      [['--since', '2hours'], /^--since: came "2hours", wanted a duration such as 2h.*; did you mean 2h\?\n$/],
      [['--since', '1 day 3 huors'], /did you mean 1d3h\?\n$/],
      [['--since', 'yesterdy'], /did you mean yesterday\?\n$/],
      [
        ['--since', 'christmas'],
        /^--since: came "christmas", wanted a duration such as 2h or 3d, today, yesterday, or a time such as 2026-11-20\n$/,
      ],
    ] as const) {
      const { code, out, err } = await run(['changes', '--data', data, ...args]);
      assert.deepEqual([code, out], [2, ''], args.join(' '));
      assert.match(err, said);
    }
    const none = await run(['changes', '--data', data, '--since', '2020-01-02 03:04'], { env: UTC });
    assert.equal(none.code, 0);
    assert.equal(
      none.out,
      'No change since 2020-01-02 03:04:00.\nThe exporter "changes" has not run here: write "changes: {}" under "exporters:" in the config.\n',
    );
    const absent = await run(['changes', '--data', join(folder.path, 'nowhere')]);
    assert.deepEqual([absent.code, absent.out], [5, '']);
    assert.match(absent.err, /there is no ledger yet: the box has not run here, or --data/);
  });

  test('beside a running box: what this machine did, the version, and an edit of the config', async () => {
    await using house = await BoxHouse.open(
      'monitors: { job: { heartbeat: { every: 1h, token: none } } }\nexporters: { changes: { every: 5s } }\n',
    );
    const box = await house.start();
    const changes = async (...args: string[]) =>
      (await run(['changes', '--data', house.data, '--since', '730d', ...args])).out;
    await until(async () => /boot {2}machine {2}the machine started/.test(await changes('--kind', 'boot')));
    assert.match(await changes('--kind', 'version'), /version {2}signalbox {2}new: \d/);
    await house.write(
      'monitors: { job: { heartbeat: { every: 2h, token: none } }, other: { heartbeat: { every: 1h, token: none } } }\nexporters: { changes: { every: 5s } }\n',
    );
    await box.said(/read again and holds/);
    await until(async () => /config {2}config {2}added other; changed job$/m.test(await changes('-k', 'config')));
    await box.metrics(/^signalbox_changes_source_up\{source="boot",job="node",instance=".+"\} 1$/m);
    box.signal('SIGTERM');
    assert.equal(await box.ended, 0);
  });
});
