import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClock } from '../../collector/clock.ts';
import { type Embedded, type EmbeddedOptions, startEmbedded } from '../../collector/victoriametrics/embedded.ts';
import { freePort } from '../../collector/victoriametrics/port.ts';
import { findVictoriaMetrics, StorageMissing } from '../../collector/victoriametrics/program.ts';
import { requireProgram } from '../require-program.ts';
import { until } from './until.ts';

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-embedded-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function running(
  folder: string,
  options: Partial<EmbeddedOptions>,
  body: (embedded: Embedded, said: string[]) => Promise<void>,
): Promise<void> {
  const said: string[] = [];
  const embedded = await startEmbedded({
    dataFolder: join(folder, 'data'),
    cacheFolder: join(folder, 'cache'),
    preferredPort: await freePort(0),
    clock: createClock(),
    onTrouble: (message) => void said.push(message),
    ...options,
  });
  try {
    await body(embedded, said);
  } finally {
    await embedded.stop();
  }
}

/** The processes that have `text` in their command line. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}

const healthy = async (url: string) => (await fetch(`${url}/health`).catch(() => undefined))?.ok === true;
const isServer = (folder: string) => processesWith(`-storageDataPath=${join(folder, 'data')}`);

test('it answers on loopback, and is gone when stopped', (t) =>
  requireProgram('victoria-metrics', t) === undefined
    ? undefined
    : inFolder(async (folder) => {
        await running(folder, {}, async ({ url }, said) => {
          assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
          assert.ok(await healthy(url));
          assert.deepEqual(said, []);
        });
        assert.deepEqual(isServer(folder), []);
      }));

test('the port is taken: it takes another and says which', (t) =>
  requireProgram('victoria-metrics', t) === undefined
    ? undefined
    : inFolder(async (folder) => {
        const other = createServer().listen(0, '127.0.0.1');
        await new Promise((resolve) => other.once('listening', resolve));
        const { port } = other.address() as { port: number };
        try {
          await running(folder, { preferredPort: port }, async ({ url }, said) => {
            assert.ok(await healthy(url));
            assert.equal(said[0], `port ${port} is taken: VictoriaMetrics listens on ${new URL(url).port}`);
          });
        } finally {
          other.close();
        }
      }));

test('killed, it is started again on the same data', (t) =>
  requireProgram('victoria-metrics', t) === undefined
    ? undefined
    : inFolder((folder) =>
        running(folder, {}, async (embedded, said) => {
          for (const pid of isServer(folder)) process.kill(pid, 'SIGKILL');
          await until(async () => embedded.starts === 2 && (await healthy(embedded.url)));
          await until(() => said.length === 2);
          assert.match(
            said.join(' | '),
            /VictoriaMetrics ended \(.*\) and is started again \| VictoriaMetrics runs again/,
          );
        }),
      ));

test('the box is killed with SIGKILL: the child is gone within seconds', (t) =>
  requireProgram('victoria-metrics', t) === undefined
    ? undefined
    : inFolder(async (folder) => {
        const script = `
          import { createClock } from '${new URL('../../collector/clock.ts', import.meta.url)}';
          import { startEmbedded } from '${new URL('../../collector/victoriametrics/embedded.ts', import.meta.url)}';
          const folder = ${JSON.stringify(folder)};
          const { url } = await startEmbedded({
            dataFolder: folder + '/data', cacheFolder: folder + '/cache', preferredPort: 0, clock: createClock(), onTrouble() {},
          });
          console.log(url);`;
        await writeFile(join(folder, 'box.mjs'), script);
        const box = spawn(process.execPath, [join(folder, 'box.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
        let url = '';
        box.stdout.on('data', (chunk: Buffer) => {
          url += chunk.toString().trim();
        });
        await until(() => url !== '');
        assert.ok(await healthy(url));
        box.kill('SIGKILL');
        await until(() => isServer(folder).length === 0, 20_000);
        assert.equal(await healthy(url), false);
      }));

test('a server that a dead box left behind on the same data is ended first', (t) =>
  requireProgram('victoria-metrics', t) === undefined
    ? undefined
    : inFolder(async (folder) => {
        const program = requireProgram('victoria-metrics') ?? '';
        const port = await freePort(0);
        const left = spawn(program, [`-storageDataPath=${join(folder, 'data')}`, `-httpListenAddr=127.0.0.1:${port}`], {
          stdio: 'ignore',
          detached: true,
        });
        const gone = new Promise((resolve) => left.once('exit', resolve));
        try {
          await until(() => healthy(`http://127.0.0.1:${port}`));
          await running(folder, { preferredPort: port }, async ({ url }) => {
            await gone;
            assert.ok(await healthy(url));
          });
        } finally {
          left.kill('SIGKILL');
        }
      }));

test('without the program and without a package it says what to do, with a type the appliance can survive', () =>
  inFolder(async (folder) => {
    const error = await running(folder, { path: folder }, async () => {}).catch((one: unknown) => one);
    assert.ok(error instanceof StorageMissing);
    assert.match(error.message, /not found in PATH.*apt install victoria-metrics.*numbers wait in the spool/s);
    await assert.rejects(access(join(folder, 'cache', 'victoria-metrics')));
  }));

test('not installed, it is unpacked from the distribution for this project alone, with apt lists of its own', (t) =>
  requireProgram('apt-get', t) === undefined || requireProgram('dpkg-deb', t) === undefined
    ? undefined
    : inFolder(async (folder) => {
        // A PATH with everything but VictoriaMetrics, and an apt-get that has no lists of the machine's to go by.
        const bin = join(folder, 'bin');
        await mkdir(bin);
        for (const name of readdirSync('/usr/bin'))
          if (name !== 'apt-get' && !name.startsWith('victoria')) await symlink(`/usr/bin/${name}`, join(bin, name));
        const apt = `#!/bin/sh\ncase "$*" in *Dir::State::lists=*) ;; *) echo no lists >&2; exit 100;; esac\nexec ${requireProgram('apt-get')} "$@"\n`;
        await writeFile(join(bin, 'apt-get'), apt, { mode: 0o755 });
        const cache = join(folder, 'cache');
        const program = await findVictoriaMetrics(cache, bin);
        assert.equal(program, join(cache, 'victoria-metrics/usr/bin/victoria-metrics'));
        assert.deepEqual(readdirSync(cache), ['victoria-metrics']);
        await running(folder, { path: bin }, async ({ url }) => assert.ok(await healthy(url)));
      }));
