import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createClock } from '../../collector/clock.ts';
import { createClient } from '../../collector/victoriametrics/client.ts';
import { type Embedded, startEmbedded } from '../../collector/victoriametrics/embedded.ts';
import { startGuarded } from '../../collector/victoriametrics/guard.ts';
import { keepLogin, readLogin } from '../../collector/victoriametrics/login.ts';
import { freePort } from '../../collector/victoriametrics/port.ts';
import { createQuery } from '../../collector/victoriametrics/query.ts';
import { answered } from '../collector/victoriametrics/answered.ts';
import { requireProgram } from '../require-program.ts';
import { until } from './until.ts';

/** What answers anybody: that it lives, and nothing else. */
const OPEN = ['/health', '/ping', '/-/healthy', '/-/ready', '/favicon.ico'];
const ASKING = [
  '/',
  '/metrics',
  '/api/v1/query?query=up',
  '/prometheus/api/v1/series?match[]=up',
  '/api/v1/export?match[]=up',
  '/api/v1/status/tsdb',
  '/federate?match[]=up',
  '/api/v1/import/prometheus',
  '/api/v1/write',
  '/vmui/',
  '/config',
  '/-/reload',
  '/no/such/page',
];
/** Refused whoever asks: what deletes, copies, stalls or reveals. */
const CLOSED = [
  '/api/v1/admin/tsdb/delete_series?match[]=kept',
  '/prometheus/api/v1/admin/tsdb/delete_series?match[]=kept',
  '/tags/delSeries?path=kept',
  '/graphite/tags/delSeries?path=kept',
  '/snapshot/create',
  '/snapshot/list',
  '/snapshot/delete_all',
  '/internal/force_merge',
  '/internal/force_flush',
  '/internal/resetRollupResultCache',
  '/debug/pprof/',
  '/debug/pprof/cmdline',
  '/debug/pprof/heap',
  '/flags',
];

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-login-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function running(folder: string, body: (embedded: Embedded, said: string[]) => Promise<void>): Promise<void> {
  const said: string[] = [];
  const embedded = await startEmbedded({
    dataFolder: join(folder, 'data'),
    cacheFolder: join(folder, 'cache'),
    preferredPort: await freePort(0),
    clock: createClock(),
    onTrouble: (message) => void said.push(message),
  });
  try {
    await body(embedded, said);
  } finally {
    await embedded.stop();
  }
}

function statusOf(url: string, method: string, authorization?: string): Promise<number> {
  return fetch(url, { method, redirect: 'manual', ...(authorization && { headers: { authorization } }) }).then(
    async (answer) => {
      await answer.body?.cancel();
      return answer.status;
    },
  );
}

function basicOf(embedded: Embedded): string {
  const { auth } = embedded.server() ?? {};
  assert.ok(auth && 'basic' in auth);
  return `Basic ${Buffer.from(`${auth.basic.user}:${auth.basic.password.reveal()}`).toString('base64')}`;
}

/** Command lines and environments of every process that has the folder in its command line. */
function processesOf(folder: string): { argv: string; env: string }[] {
  const found: { argv: string; env: string }[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (argv.includes(folder)) found.push({ argv, env: readFileSync(`/proc/${pid}/environ`, 'utf8') });
    } catch {}
  }
  return found;
}

test('who does not know the login learns nothing of what is stored and changes nothing; who knows it cannot delete either', (t) =>
  requireProgram('victoria-metrics', t) === undefined
    ? undefined
    : inFolder((folder) =>
        running(folder, async (embedded, said) => {
          const client = createClient({ storage: embedded.server });
          try {
            const query = createQuery({ client, clock: createClock() });
            assert.deepEqual(await client.write('live', 'values', [gzipSync('kept 42\n')]), { kind: 'received' });
            const kept = async () =>
              (await answered(query.instant('kept', { at: Date.now() + 10_000 }))).map((one) => one.value);
            await until(async () => (await kept()).length === 1);
            assert.notEqual((await client.generation()).name, 'unknown');

            const login = basicOf(embedded);
            const wrong = `Basic ${Buffer.from('signalbox:admin').toString('base64')}`;
            for (const method of ['GET', 'POST']) {
              for (const path of [...ASKING, ...CLOSED])
                for (const who of [undefined, wrong])
                  assert.equal(await statusOf(`${embedded.url}${path}`, method, who), 401, `${method} ${path}`);
              for (const path of CLOSED) {
                const status = await statusOf(`${embedded.url}${path}`, method, login);
                assert.ok(status >= 400 && status < 500, `${method} ${path} with the login: ${status}`);
              }
            }
            for (const path of OPEN) assert.ok((await statusOf(`${embedded.url}${path}`, 'GET')) < 300, path);
            assert.deepEqual(await kept(), [42]);
            assert.deepEqual(said, []);
          } finally {
            await client.close();
          }
        }),
      ));

test('no command line has the login, and the child knows none of our own secrets', (t) =>
  requireProgram('victoria-metrics', t) === undefined
    ? undefined
    : inFolder(async (folder) => {
        process.env.SIGNALBOX_CANARY = 'coal-mine';
        try {
          await running(folder, async () => {
            const password = (await readLogin(join(folder, 'data.netrc')))?.password.reveal() ?? '';
            assert.equal(password.length, 64);
            const found = processesOf(join(folder, 'data'));
            assert.ok(found.length >= 2, 'the guard and the server');
            for (const { argv, env } of found) {
              assert.ok(!argv.includes(password));
              assert.ok(!env.includes('coal-mine'));
            }
          });
        } finally {
          delete process.env.SIGNALBOX_CANARY;
        }
      }));

test('the login is made once, for this user alone; one that others could read is made anew', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'data.netrc');
    const first = await keepLogin(path);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await keepLogin(path)).password.reveal(), first.password.reveal());
    await chmod(path, 0o644);
    const second = await keepLogin(path);
    assert.notEqual(second.password.reveal(), first.password.reveal());
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await writeFile(path, '');
    assert.equal((await keepLogin(path)).password.reveal().length, 64, 'a file that a full disk left empty');
    assert.match(await readFile(path, 'utf8'), /^machine 127\.0\.0\.1 login signalbox password \w+\n$/);
  }));

test('a server without a login that an earlier version left running is ended, and its data is behind the login', (t) => {
  const program = requireProgram('victoria-metrics', t);
  return program === undefined
    ? undefined
    : inFolder(async (folder) => {
        const port = await freePort(0);
        const url = `http://127.0.0.1:${port}`;
        const left = startGuarded([
          program,
          `-storageDataPath=${join(folder, 'data')}`,
          `-httpListenAddr=127.0.0.1:${port}`,
        ]);
        try {
          await until(async () => (await fetch(`${url}/health`).catch(() => undefined))?.ok === true);
          await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body: 'kept 42\n' });
          await running(folder, async (embedded) => {
            await left.ended;
            assert.equal(await statusOf(`${embedded.url}/api/v1/query?query=kept`, 'GET'), 401);
            const client = createClient({ storage: embedded.server });
            try {
              const query = createQuery({ client, clock: createClock() });
              await until(
                async () => (await answered(query.instant('kept', { at: Date.now() + 10_000 }))).length === 1,
              );
            } finally {
              await client.close();
            }
          });
        } finally {
          await left.end();
        }
      });
});
