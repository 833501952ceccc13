import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLogin } from '../collector/victoriametrics/login.ts';
import { startWebServer } from './web-server.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const START_MS = 60_000;

export interface BoxOptions {
  /** HTTP monitors, all of one web server in a process of its own. */
  readonly monitors: number;
  readonly everyS: number;
  /** Where the box is to report on its loop; it is watched only when given. */
  readonly report?: (folder: string) => string;
}

/** A whole box in a process of its own, with its VictoriaMetrics. */
export interface Box extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly folder: string;
  /** Asks its VictoriaMetrics for a path; rejects while there is none. */
  askStorage(path: string): Promise<Response>;
  /** A figure of /proc/PID/status in MB. */
  megabytes(field: 'VmRSS' | 'VmHWM'): Promise<number>;
}

/** Starts a box that watches so many monitors; resolves once it answers. Disposing ends everything it began. */
export async function startBox(options: BoxOptions): Promise<Box> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-box-'));
  opened.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  const server = opened.use(await startWebServer());
  const config = join(folder, 'signalbox.yml');
  await writeFile(config, configOf(options, server.url));
  const report = options.report?.(folder);
  const watched = report && { LOOP_REPORT: report, NODE_OPTIONS: `--import=${here('loop-watch.mjs')}` };
  const box = spawn(process.execPath, [here('../cli/signalbox.mjs'), 'run', config, '--data', join(folder, 'data')], {
    env: { ...process.env, ...watched },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  opened.defer(() => end(box));
  let log = '';
  let storage: string | undefined;
  box.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk).slice(-20_000);
    // Remembered when it is said: two thousand transitions follow.
    storage = /VictoriaMetrics is at (http:[^,\s]+)/.exec(log)?.[1] ?? storage;
  });
  await answering(box, () => log);
  const running = opened.move();
  return {
    process: box,
    folder,
    async askStorage(path) {
      const login = await readLogin(join(folder, 'data/victoria-metrics.netrc'));
      const basic = Buffer.from(`${login?.user}:${login?.password.reveal()}`).toString('base64');
      return fetch(`${storage}${path}`, { headers: { authorization: `Basic ${basic}` } });
    },
    async megabytes(field) {
      const status = await readFile(`/proc/${box.pid}/status`, 'utf8');
      return (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function configOf({ monitors, everyS }: BoxOptions, url: string): string {
  const lines = Array.from(
    { length: monitors },
    (_, index) => `  m${index}: { http: "${url}", every: ${everyS}s, timeout: 5s }`,
  );
  return `listen: 127.0.0.1:0\nmonitors:\n${lines.join('\n')}\n`;
}

function answering(box: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the box did not come up: ${log()}`)), START_MS);
    box.stderr?.on('data', () => {
      if (!/signalbox \S+ is at http:/.test(log())) return;
      clearTimeout(late);
      resolve();
    });
    box.once('exit', () => {
      clearTimeout(late);
      reject(new Error(`the box ended: ${log()}`));
    });
  });
}

async function end(box: ChildProcess): Promise<void> {
  if (box.exitCode !== null || box.signalCode !== null) return;
  box.kill('SIGINT');
  await once(box, 'exit');
}
