import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { aMachine } from '../../collector/vantage/outside/machine.ts';
import { requireProgram } from '../../require-program.ts';
import { seriesOf, startBox } from './box-process.ts';

const HEALTHY = fileURLToPath(new URL('../../fixtures/firewall/healthy.json', import.meta.url));

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-firewall-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test('without Docker it is up and silent, and makes no stranger', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root to make network namespaces');
  if (['iptables', 'nft', 'ip'].some((program) => requireProgram(program, t) === undefined)) return;
  const machine = await aMachine(t);
  await using box = startBox(machine.door, await folder(t), { socket: '/nowhere/docker.sock' });
  for (let time = 0; time < 2; time++) {
    const said = await box.look();
    assert.equal(said.failed, undefined);
    assert.deepEqual([said.troubles, said.changes], [[], []]);
    assert.equal(seriesOf(said, 'dockerfw_check_violations', { check: 'dnat_missing', severity: 'critical' }), 0);
    assert.equal(seriesOf(said, 'dockerfw_snapshot_success', { part: 'docker' }), 1);
    assert.equal(seriesOf(said, 'dockerfw_published_port_ok'), undefined);
    assert.equal(seriesOf(said, 'dockerfw_engine_info'), undefined);
  }
  assert.deepEqual(await machine.links(), ['lo']);
  assert.equal(await machine.run('nft', 'list', 'ruleset'), '', 'to look creates no table');
});

test('a box that may not look reads what root wrote, until that is too old', async (t) => {
  const state = await folder(t);
  const path = join(state, 'snapshot-of-root.json');
  const settings = { snapshot: path, socket: '/nowhere/docker.sock' };
  const healthy = JSON.parse(await readFile(HEALTHY, 'utf8')) as object;
  await using box = startBox([], state, settings);
  const absent = await box.look();
  assert.match(absent.failed ?? '', /snapshot-of-root\.json cannot be read: .*ENOENT/);

  await writeFile(path, JSON.stringify({ ...healthy, at: Date.now() }));
  const said = await box.look();
  assert.equal(said.failed, undefined);
  assert.equal(seriesOf(said, 'dockerfw_published_port_ok', { container: 'web', host_ip: '0.0.0.0' }), 1);
  assert.equal(seriesOf(said, 'dockerfw_published_port_observed_ok'), undefined);

  await writeFile(path, JSON.stringify({ ...healthy, at: Date.now() - 600_000 }));
  const old = await box.look();
  assert.match(old.failed ?? '', /snapshot-of-root\.json is 10 min old: what writes it has stopped/);
  assert.deepEqual(old.samples, []);

  await writeFile(path, '{"version":1}');
  assert.match((await box.look()).failed ?? '', /snapshot-of-root\.json: at: came nothing, wanted a number/);
});
