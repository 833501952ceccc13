import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeWorld } from '../exporters/mounts/world.ts';
import { startDockerHost } from '../integration/docker-host.ts';
import { SystemdMachine } from '../integration/systemd-machine.ts';
import { requireProgram } from '../require-program.ts';
import type { RoundsOrder, RoundsSaid } from './rounds-box.ts';

const BOX = fileURLToPath(new URL('./rounds-box.ts', import.meta.url));
/** An hour at five seconds. */
const ROUNDS = 720;
const NEEDED = ['dockerd', 'containerd', 'runc', 'busybox', 'iptables', 'nft', 'ip', 'unshare', 'nsenter', 'systemctl'];
const UNIT = '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\n';
const MB = 1e6;

test('an hour of every exporter in one box: memory, open files, timers and processes stay as they are', async (t) => {
  if (process.getuid?.() !== 0) return void t.skip('needs root for a Docker, a systemd and mounts of its own');
  if (NEEDED.some((program) => requireProgram(program, t) === undefined)) return;
  const said = await liveThrough(t);
  if (said === undefined) return;
  const { early, late, collected, failed, troubles, changes } = said;
  t.diagnostic(JSON.stringify({ early, late, collected, changes }));
  // The clock also skips over what is under way beside a collection, as the calls that follow a signal of systemd: then they are late.
  assert.ok(failed.length < ROUNDS / 50, failed.join('\n'));
  const kinds = ['changes', 'docker-firewall', 'host', 'mounts', 'systemd', 'textfile'];
  assert.deepEqual(Object.keys(collected).sort(), kinds);
  for (const [name, times] of Object.entries(collected)) assert.ok(times >= ROUNDS, `${name} collected ${times} times`);
  assert.ok(changes > ROUNDS, `${changes} changes were seen`);
  assert.ok(troubles.length < 100, troubles.join('\n'));
  assert.ok(late.heapBytes - early.heapBytes < 4 * MB, `from ${early.heapBytes} to ${late.heapBytes} bytes`);
  assert.ok(late.files <= early.files + 2, `${early.files} files were open, then ${late.files}`);
  assert.ok(late.timersAndHandles <= early.timersAndHandles + 4, `${early.timersAndHandles}, ${late.timersAndHandles}`);
  assert.ok(late.children <= early.children + 2, `${early.children} children, then ${late.children}`);
  assert.ok(late.childrenBytes - early.childrenBytes < 20 * MB, `${early.childrenBytes}, ${late.childrenBytes}`);
});

/** A box beside a Docker whose container restarts, a systemd with a unit that crashes, and mounts of which one hangs. */
async function liveThrough(t: TestContext): Promise<RoundsSaid | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-rounds-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const world = await makeWorld(t);
  if (world === undefined) return undefined;
  await world.fuse('well');
  await world.setMood(await world.fuse('hung'), 'hang');
  const loop = `${UNIT}Restart=always\nRestartSec=1s\nExecStart=/bin/sh -c "exit 9"\n`;
  await using machine = await SystemdMachine.boot({ 'loop.service': loop }, t);
  if (machine === undefined) return undefined;
  machine.systemctl('start', 'loop');
  await using host = await startDockerHost({ backend: 'nft' });
  const web = await host.startContainer({ name: 'web', serves: ['tcp:80'], publishes: ['8080:80/tcp'] });
  await mkdir(join(folder, 'root'), { recursive: true });
  await symlink('/proc', join(folder, 'root/proc'));
  const order: RoundsOrder = {
    folder,
    rounds: ROUNDS,
    exporters: {
      host: {},
      textfile: { folders: [join(folder, 'text')] },
      mounts: { root: world.root, timeout: '200ms' },
      changes: { root: join(folder, 'root'), socket: host.socket },
      'docker-firewall': { socket: host.socket },
      systemd: {
        bus: machine.bus,
        systemctl: await machine.door('systemctl'),
        journalctl: await machine.door('journalctl'),
        expect: ['loop'],
      },
    },
  };
  const restart = () => host.engine({ method: 'POST', path: `/containers/${web.id}/restart?t=0` }).catch(() => {});
  const restarts = setInterval(restart, 15_000);
  try {
    const args = [`--net=/var/run/netns/${host.name}`, '--', process.execPath, '--expose-gc'];
    const { stdout } = await promisify(execFile)('nsenter', [...args, BOX, JSON.stringify(order)], {
      env: host.env,
      timeout: 900_000,
      maxBuffer: 32 * MB,
    });
    return JSON.parse(stdout) as RoundsSaid;
  } finally {
    clearInterval(restarts);
  }
}
