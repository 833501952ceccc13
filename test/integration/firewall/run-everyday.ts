import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Said } from '../../exporters/docker-firewall/box.ts';
import { type Box, startBox } from '../../exporters/docker-firewall/box-process.ts';
import type { Backend } from '../docker-host/private-host.ts';
import { type DockerHost, startDockerHost } from '../docker-host.ts';

async function startWatched(t: TestContext, backend: Backend): Promise<{ host: DockerHost; box: Box }> {
  const host = await startDockerHost({ backend });
  t.after(() => host[Symbol.asyncDispose]());
  await host.startContainer({ name: 'first', publishes: ['8080:80/tcp'] });
  const folder = join(host.folder, 'state');
  await mkdir(folder);
  const command = ['nsenter', `--net=/var/run/netns/${host.name}`, '--'];
  const box = startBox(command, folder, { socket: host.socket, outside: false }, host.env);
  t.after(() => box[Symbol.asyncDispose]());
  await box.look();
  return { host, box };
}

/** What everybody does with Docker, each look in the middle of it. */
async function everyday({ host, box }: { host: DockerHost; box: Box }, round: number): Promise<string[]> {
  const name = `round${round}`;
  const heard: string[] = [];
  const look = async () => heard.push(...driftIn(await box.look()));
  const create = { Name: name, Driver: 'bridge' };
  const steps: (() => Promise<unknown>)[] = [
    () => host.engine({ method: 'POST', path: '/networks/create', body: create }),
    () => host.startContainer({ name, network: name, publishes: [`${9000 + round}:80/tcp`] }),
    () => host.startContainer({ name: `more${round}`, publishes: [`${9100 + round}:80/tcp`] }),
    () => host.engine({ method: 'DELETE', path: `/containers/${name}?force=true` }),
    () => host.engine({ method: 'DELETE', path: `/networks/${name}` }),
  ];
  for (const step of steps) {
    const [first] = await Promise.allSettled([step(), look(), look()]);
    if (first.status === 'rejected') throw first.reason;
    await look();
  }
  return heard;
}

/** Rounds of what everybody does, with restarts of dockerd between: none of it is drift. A rule of somebody else's is, whatever Docker does then. */
export async function runEveryday(t: TestContext, backend: Backend, rounds: number): Promise<void> {
  const world = await startWatched(t, backend);
  const { host, box } = world;
  for (let round = 0; round < rounds; round++) {
    assert.deepEqual(await everyday(world, round), [], `round ${round}`);
    assert.deepEqual(await restart(world), [], `restart ${round}`);
  }
  await host.run('iptables -I FORWARD -i up0 -p tcp --dport 4444 -j DROP');
  await host.startContainer({ name: 'meanwhile', publishes: ['9200:80/tcp'] });
  // Nobody tells of a change in iptables-legacy.
  await box.look();
  const told = await box.until('the drift', ({ troubles }) => troubles.some(isDrift));
  const [words = ''] = told.troubles.filter(isDrift);
  assert.match(words, /A rule has changed .*--dport 4444 -j DROP\.$/);
  assert.deepEqual(
    told.changes.map(({ what }) => what),
    [`iptables-${backend} rules`],
  );
  assert.match(told.changes[0]?.detail ?? '', /\n\+ \w+ filter FORWARD: -A FORWARD -i up0 .*4444 -j DROP$/);
}

/** The looks that find dockerd away, half ready, and well again. */
async function restart({ host, box }: { host: DockerHost; box: Box }): Promise<string[]> {
  const heard: string[] = [];
  const look = async () => heard.push(...driftIn(await box.look()));
  const restarting = host.restart();
  for (let looks = 0; looks < 3; looks++) await look();
  await restarting;
  await look();
  await host.startAgain({ name: 'first' });
  for (let looks = 0; looks < 3; looks++) await look();
  return heard;
}

function driftIn({ troubles, changes }: Said): string[] {
  return [...troubles.filter(isDrift), ...changes.map(({ what, detail }) => `${what}: ${detail}`)];
}

function isDrift(trouble: string): boolean {
  return trouble.includes('ruleset_drift');
}
