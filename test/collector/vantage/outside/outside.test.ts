import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { Outside } from '../../../../model/outside.ts';
import { until } from '../../../integration/until.ts';
import { requireProgram } from '../../../require-program.ts';
import { aMachine, type Machine } from './machine.ts';

function isReady(t: TestContext): boolean {
  if (process.getuid?.() !== 0) {
    t.skip('needs root to make network namespaces');
    return false;
  }
  return requireProgram('ip', t) !== undefined && requireProgram('unshare', t) !== undefined;
}

/** The stranger's place as a holder on that machine says it; `again` asks once more. */
async function hold(machine: Machine, ...how: readonly string[]) {
  const child = machine.start('holder.ts', ...how);
  const lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as Outside & { failed?: string };
  const again = () => {
    child.stdin?.write('again\n');
    return next();
  };
  return { child, outside: await next(), again };
}

async function untilLinks(machine: Machine, wanted: readonly string[]): Promise<void> {
  await until(async () => (await machine.links()).join() === wanted.join(), 60_000, `the links are ${wanted}`);
}

test('the stranger reaches this machine by both families, and adds no rule to it', async (t) => {
  if (!isReady(t)) return;
  const machine = await aMachine(t);
  const { outside } = await hold(machine);
  assert.match(outside.enters, /^sbout[\da-f]{6}$/);
  for (const gateway of [outside.gateway4, outside.gateway6 ?? ''])
    assert.match(await machine.run(...outside.door, 'ip', 'route', 'get', gateway), /dev eth0/);
  assert.match(await machine.run('ip', 'route', 'get', outside.address4), new RegExp(`dev ${outside.enters}`));
  if (requireProgram('nft', t) !== undefined) assert.equal(await machine.run('nft', 'list', 'ruleset'), '');
});

test('nothing is left behind after an orderly end, nor after SIGKILL', async (t) => {
  if (!isReady(t)) return;
  const machine = await aMachine(t);
  const before = await machine.links();
  for (const end of ['orderly', 'killed']) {
    const { child, outside } = await hold(machine);
    assert.ok((await machine.links()).includes(outside.enters), end);
    if (end === 'killed') child.kill('SIGKILL');
    else child.stdin?.end();
    await untilLinks(machine, before);
  }
});

test('a stranger whose wire somebody has cut comes back by another', async (t) => {
  if (!isReady(t)) return;
  const machine = await aMachine(t);
  const { outside, again } = await hold(machine);
  assert.deepEqual(await again(), outside);
  await machine.run('ip', 'link', 'delete', outside.enters);
  const other = await again();
  assert.notEqual(other.enters, outside.enters);
  assert.deepEqual(await machine.links(), ['lo', other.enters]);
});

test('two boxes on one machine have a stranger each, with other addresses', async (t) => {
  if (!isReady(t)) return;
  const machine = await aMachine(t);
  const [one, other] = await Promise.all([hold(machine), hold(machine)]);
  assert.notEqual(one.outside.enters, other.outside.enters);
  assert.notEqual(one.outside.gateway4, other.outside.gateway4);
});

test('without the right to make namespaces it says so, and what it would need', async (t) => {
  if (!isReady(t)) return;
  const machine = await aMachine(t);
  const path = new URL('holder.ts', import.meta.url).pathname;
  const said = await machine.run(
    'setpriv',
    '--reuid=65534',
    '--clear-groups',
    'sh',
    '-c',
    `"$0" "$1" < /dev/null`,
    process.execPath,
    path,
  );
  const { failed } = JSON.parse(said) as { failed: string };
  assert.match(
    failed,
    /^no view from outside: .*Operation not permitted.*it needs root, or CAP_SYS_ADMIN and CAP_NET_ADMIN/,
  );
  assert.deepEqual(await machine.links(), ['lo']);
});

test('from outside, a name of this machine is checked there, and what is beyond is unknown in words', async (t) => {
  if (!isReady(t)) return;
  const machine = await aMachine(t);
  await machine.run('ip', 'link', 'add', 'lan', 'type', 'bridge');
  await machine.run('ip', 'address', 'add', '192.168.77.1/24', 'dev', 'lan');
  await machine.run('ip', 'link', 'set', 'lan', 'up');
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-outside-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'hosts'), '192.168.77.1 shop.test\n192.168.77.9 other.test\n');
  const child = machine.start(
    'checker.ts',
    join(folder, 'hosts'),
    'shop.test',
    '192.168.77.1',
    'other.test',
    '127.0.0.1',
    'shop.test:8081',
    'shop.test:8082',
  );
  const [own, literal, other, loopback, closed, silent] = JSON.parse(await text(child.stdout as Readable)) as {
    place: string;
    verdict: string;
    reason: string;
  }[];
  assert.equal(own?.place, 'outside');
  assert.equal(own?.verdict, 'up');
  assert.match(own?.reason ?? '', /hello (203\.0\.113|198\.51\.100|192\.0\.2)\.\d+/);
  assert.equal(literal?.verdict, 'up');
  const beyond = "outside can reach only this machine's own addresses, and not its loopback";
  assert.deepEqual(other, { place: 'outside', verdict: 'unknown', reason: `${beyond}: other.test is 192.168.77.9` });
  assert.deepEqual(loopback, { place: 'outside', verdict: 'unknown', reason: `${beyond}: 127.0.0.1 is 127.0.0.1` });
  assert.equal(closed?.verdict, 'down');
  assert.match(closed?.reason ?? '', /refused.*; firewall: policy DROP of FORWARD$/);
  assert.match(silent?.reason ?? '', /refused/);
  assert.doesNotMatch(silent?.reason ?? '', /firewall/, 'of which the firewall says nothing');
  await untilLinks(machine, ['lo', 'lan']);
});
