import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { requireProgram } from '../../require-program.ts';
import { watchMounts } from './watch.ts';
import { makeWorld, type World } from './world.ts';

const ESTALE = 116;

test('node_exporter, run beside it, gives the same series with the same values', async (t) => {
  const program = requireProgram('prometheus-node-exporter', t);
  const world = program && (await makeWorld(t));
  if (!program || !world) return;
  await world.run('mkdir', `${world.folder}/two words`, `${world.folder}/read`);
  await world.run('mount', '-t', 'tmpfs', '-o', 'size=64k,nr_inodes=30', 'a disk', `${world.folder}/two words`);
  await world.run('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', `${world.folder}/read`);
  const fuse = await world.fuse('fuse');
  const stale = await world.fuse('stale');
  await world.setMood(stale, ESTALE);
  const { collect } = await watchMounts(t, { root: world.root });
  const read = await startNodeExporter(t, program, world);

  const ours = (await collect()).samples
    .filter(({ name, labels }) => name.startsWith('node_') && isSteady(name, labels.mountpoint ?? '', fuse))
    // The label came after Debian's release; without it, this is the series as it was.
    .map(
      ({ name, labels: { device_error: _, ...labels }, value }) => `${name} ${JSON.stringify(sorted(labels))} ${value}`,
    );
  const theirs = (await read())
    .filter(({ name, labels }) => isSteady(name, labels.mountpoint ?? '', fuse))
    .map(({ name, labels, value }) => `${name} ${JSON.stringify(sorted(labels))} ${value}`);
  assert.ok(theirs.length > 20, `${theirs.length} series were compared`);
  assert.deepEqual(ours.toSorted(), theirs.toSorted());
});

/**
 * Whether a value does not change by itself, and both mean the same by it: of FUSE, node_exporter counts blocks in the wrong size where
 * the one for fast transfers is another (statvfs(3): f_frsize).
 */
function isSteady(name: string, mountpoint: string, fuse: string): boolean {
  const isOurs = mountpoint.includes('signalbox-mounts-');
  if (mountpoint === fuse && name.endsWith('_bytes')) return false;
  return isOurs || /_(?:size_bytes|readonly|device_error)$/.test(name);
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).toSorted(([a], [b]) => a.localeCompare(b));
}

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Starts it inside the world; gives what reads its page. */
async function startNodeExporter(t: TestContext, program: string, world: World): Promise<() => Promise<Series[]>> {
  const args = ['--collector.disable-defaults', '--collector.filesystem', '--web.listen-address=127.0.0.1:0'];
  const child = spawn('nsenter', ['--target', world.pid, '--mount', '--pid', '--', program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /Listening on.* address=(\S+)/.exec(line)?.[1];
    if (address === undefined) continue;
    return async () => {
      const page = await (await fetch(`http://${address}/metrics`)).text();
      return page.split('\n').flatMap(readSeries);
    };
  }
  return assert.fail('it did not listen');
}

function readSeries(line: string): Series[] {
  const [, name = '', inside = '', value] = /^(node_filesystem_\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
  if (name === '') return [];
  const labels = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [
    key,
    JSON.parse(`"${text}"`),
  ]);
  return [{ name, labels: Object.fromEntries(labels), value: Number(value) }];
}
