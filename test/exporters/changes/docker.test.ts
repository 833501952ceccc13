import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createClock } from '../../../collector/clock.ts';
import { compareStocks } from '../../../exporters/changes/docker/comparison.ts';
import { dockerSource } from '../../../exporters/changes/docker/docker.ts';
import { calm } from '../../../exporters/changes/docker/states.ts';
import type { Change } from '../../../model/change.ts';
import { HOUR, MINUTE } from '../../../model/time.ts';
import { startDockerHost } from '../../integration/docker-host.ts';
import { until } from '../../integration/until.ts';
import { requireProgram } from '../../require-program.ts';
import { looking, machineFor } from './machine.ts';

const brief = ({ kind, what, from = '-', to = '-' }: Change) =>
  `${kind} ${what}: ${from.replace(/\b[0-9a-f]{12}\b/, 'ID')} to ${to.replace(/\b[0-9a-f]{12}\b/, 'ID')}`;

function hasDocker(t: TestContext): boolean {
  return ['dockerd', 'containerd', 'runc', 'busybox', 'ip', 'iptables'].every(
    (program) => requireProgram(program, t) !== undefined,
  );
}

/** Looks until so many changes have come: what the daemon tells may come a moment after a look. */
async function changesOf(look: () => Promise<readonly Change[]>, count: number): Promise<readonly Change[]> {
  const seen: Change[] = [];
  await until(async () => {
    seen.push(...(await look()));
    return seen.length >= count;
  });
  return seen;
}

test('a real dockerd: containers and images that come, change, crash and go, each at its time and once', async (t) => {
  if (!hasDocker(t)) return;
  await using host = await startDockerHost({ backend: 'nft' });
  const machine = await machineFor(t);
  let called = 0;
  const source = dockerSource(host.socket, machine, createClock(), () => called++);
  t.after(() => source.stop?.());
  const { look } = looking(source, { now: Date.now });
  const before = await host.startContainer({ name: 'before' });
  const first = await look();
  assert.deepEqual(first.map(brief), ['container before: - to still (ID)'], 'the backlog: when it was made');
  assert.ok(Math.abs((first[0]?.at ?? 0) - Date.now()) < MINUTE);
  assert.deepEqual(await look(), []);

  const began = Date.now() - 1_000;
  const web = await host.startContainer({ name: 'web' });
  await host.engine({ method: 'POST', path: '/images/still/tag?repo=better&tag=2' });
  await until(() => called >= 2, 60_000, 'the daemon has told of it');
  const second = await changesOf(look, 2);
  assert.deepEqual(second.map(brief), ['container web: - to still (ID)', 'image better:2: - to ID']);
  for (const { at } of second) assert.ok(at >= began && at <= Date.now(), new Date(at).toISOString());

  const calls = called;
  const killed = Date.now();
  await host.engine({ method: 'POST', path: `/containers/${web.id}/kill` });
  await until(() => called > calls, 60_000, 'the daemon has told of the end');
  const third = await changesOf(look, 1);
  assert.deepEqual(third.map(brief), ['container web: running to exited (137)']);
  const diedAt = third[0]?.at ?? 0;
  assert.ok(diedAt >= killed && diedAt <= Date.now(), `${diedAt - killed}`);

  await host.engine({ method: 'DELETE', path: `/containers/${web.id}?force=1` });
  await host.engine({
    method: 'POST',
    path: '/containers/create?name=web',
    body: {
      Image: 'better:2',
      Cmd: ['/bin/busybox', 'sleep', '1'],
      Env: ['PASSWORD=hunter2'],
      Labels: { token: 'hunter3' },
    },
  });
  await host.engine({ method: 'DELETE', path: `/containers/${before.id}?force=1` });
  await host.engine({ method: 'DELETE', path: '/images/still?force=1' }).catch(() => {});
  const fourth = await look();
  assert.deepEqual(fourth.map(brief).toSorted(), [
    'container before: still (ID) to -',
    'container web: still (ID) to better:2 (ID)',
    'image still:latest: ID to -',
  ]);
  assert.doesNotMatch(JSON.stringify(fourth), /hunter/);
  assert.deepEqual(await look(), []);
});

test('what happened while the box was off is told at the next start, with the times that the daemon remembers', async (t) => {
  if (!hasDocker(t)) return;
  await using host = await startDockerHost({ backend: 'nft' });
  const machine = await machineFor(t);
  const web = await host.startContainer({ name: 'web' });
  const first = dockerSource(host.socket, machine, createClock(), () => {});
  const { look } = looking(first, { now: Date.now });
  await look();
  await first.stop?.();
  const restarted = Date.now();
  await host.engine({ method: 'POST', path: `/containers/${web.id}/restart` });
  const during = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  // Its events are gone with the connection; those that the daemon remembers come again.
  const changes = await changesOf(look, 2);
  t.after(() => first.stop?.());
  assert.deepEqual(changes.map(brief), [
    'container web: running to exited (137)',
    'container web: exited (137) to running',
  ]);
  for (const { at } of changes) assert.ok(at >= restarted && at <= during, `${at - restarted}`);
});

test('no Docker is nothing to see; a socket that was named and does not answer is said', async (t) => {
  const machine = await machineFor(t);
  const unnamed = dockerSource(undefined, machine, createClock(), () => {});
  assert.deepEqual(await looking(unnamed, { now: Date.now }).look(), []);
  const named = dockerSource(machine.at('none.sock'), machine, createClock(), () => {});
  t.after(() => named.stop?.());
  await assert.rejects(looking(named, { now: Date.now }).look(), /nobody answers at .*none\.sock/);
});

test('a container that crashes all day is told of twelve times an hour', () => {
  const now = Date.UTC(2026, 0, 1);
  const crash = (at: number): Change => ({ at, kind: 'container', what: 'web', from: 'running', to: 'exited (1)' });
  const first = calm(
    Array.from({ length: 100 }, (_, index) => crash(now + index)),
    {},
    now + 100,
  );
  assert.equal(first.changes.length, 12);
  assert.match(first.changes.at(-1)?.detail ?? '', /no more of it is noted for an hour/);
  assert.equal(calm([crash(now + MINUTE)], first.restless, now + MINUTE).changes.length, 0);
  assert.equal(calm([crash(now + 2 * HOUR)], first.restless, now + 2 * HOUR).changes.length, 1);
});

test('an engine that was upgraded is told with its parts; a container may be called what it likes', () => {
  const container = { image: 'web:1 (abc)', state: 'running', created: 5 };
  const inventory = (engine: string, parts: Record<string, string>, names: readonly string[]) => ({
    engine,
    parts,
    containers: Object.fromEntries(names.map((name) => [name, { ...container, id: name }])),
    images: {},
  });
  const before = { inventory: inventory('27.1.1', { containerd: '1.7.1', runc: '1.1' }, ['toString']), at: 10_000 };
  const after = { inventory: inventory('28.0.0', { containerd: '1.7.2', runc: '1.1' }, ['constructor']), at: 90_000 };
  assert.deepEqual(compareStocks(before, after, []), [
    { at: 90_000, kind: 'engine', what: 'docker', from: '27.1.1', to: '28.0.0' },
    { at: 90_000, kind: 'engine', what: 'containerd', from: '1.7.1', to: '1.7.2' },
    { at: 90_000, kind: 'container', what: 'toString', from: 'web:1 (abc)' },
    { at: 90_000, kind: 'container', what: 'constructor', to: 'web:1 (abc)' },
  ]);
});

test('a container that was renamed is not gone, and what took its name is new', () => {
  const stock = (at: number, names: Readonly<Record<string, string>>) => {
    const one = (id: string) => ({ image: 'web:1 (abc)', id, state: 'running', created: 5 });
    const containers = Object.fromEntries(Object.entries(names).map(([name, id]) => [name, one(id)]));
    return { inventory: { engine: '27', parts: {}, images: {}, containers }, at };
  };
  const renamed = { at: 50_000, type: 'container', action: 'rename', name: 'old' } as const;
  const compared = (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) =>
    compareStocks(stock(10_000, before), stock(90_000, after), [renamed]).map(
      ({ at, what, from = '-', to = '-', detail = '-' }) => `${at / 1e3} ${what} ${from} ${to} ${detail}`,
    );
  assert.deepEqual(compared({ web: 'a' }, { old: 'a' }), ['50 web web old renamed']);
  assert.deepEqual(compared({ web: 'a' }, { old: 'a', web: 'b' }), [
    '50 web web old renamed',
    '90 web web:1 (abc) web:1 (abc) made anew',
  ]);
  assert.deepEqual(compared({ web: 'a', old: 'b' }, { old: 'a' }), [
    '50 web web old renamed',
    '90 old web:1 (abc) - -',
  ]);
  assert.deepEqual(compared({ web: 'a' }, {}), ['90 web web:1 (abc) - -']);
});
