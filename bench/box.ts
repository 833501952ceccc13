import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What a whole box was measured at: a process of its own that watches a web server in another. */
export interface BoxFigures {
  readonly monitors: number;
  /** Resident memory in MB at the end, VictoriaMetrics apart. */
  readonly residentMb: number;
  readonly peakMb: number;
  /** Milliseconds that checks began after they were due. */
  readonly lateP50: number;
  readonly lateP99: number;
  /** Milliseconds that turns of the loop took. */
  readonly loopP99: number;
  readonly loopP999: number;
  readonly loopMax: number;
  /** Processor time of the whole box for each check, in microseconds: probe, judge, ledger, spool, shipping and site together. */
  readonly cpuPerCheckUs: number;
  readonly checks: number;
}

/** Runs a box with so many HTTP monitors for so long, after a warm-up that is not counted. */
export async function measureBox(monitors: number, everyS: number, seconds: number): Promise<BoxFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-box-'));
  const server = spawn(process.execPath, [here('http-server.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let box: ChildProcess | undefined;
  try {
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    const lines = Array.from(
      { length: monitors },
      (_, index) => `  m${index}: { http: "http://127.0.0.1:${String(port).trim()}/", every: ${everyS}s, timeout: 5s }`,
    );
    await writeFile(join(folder, 'signalbox.yml'), `listen: 127.0.0.1:0\nmonitors:\n${lines.join('\n')}\n`);
    const report = join(folder, 'loop.json');
    box = spawn(
      process.execPath,
      [here('../cli/signalbox.mjs'), 'run', join(folder, 'signalbox.yml'), '--data', join(folder, 'data')],
      {
        env: { ...process.env, LOOP_REPORT: report, NODE_OPTIONS: `--import=${here('loop-watch.mjs')}` },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const url = await addressOf(box);
    await pause(Math.max(20, everyS * 2) * 1000);
    box.kill('SIGUSR2');
    const before = await readLateness(url);
    await pause(seconds * 1000);
    const after = await readLateness(url);
    await rm(report, { force: true });
    box.kill('SIGUSR2');
    const loop = await readReport(report);
    const late = quantilesBetween(before, after);
    const checks = (after.get(Number.POSITIVE_INFINITY) ?? 0) - (before.get(Number.POSITIVE_INFINITY) ?? 0);
    const status = await readFile(`/proc/${box.pid}/status`, 'utf8');
    const megabytes = (field: string) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1000);
    return {
      monitors,
      residentMb: megabytes('VmRSS'),
      peakMb: megabytes('VmHWM'),
      lateP50: late(0.5),
      lateP99: late(0.99),
      loopP99: loop.p99,
      loopP999: loop.p999,
      loopMax: loop.max,
      cpuPerCheckUs: Math.round((loop.cpuMs * 1000) / checks),
      checks,
    };
  } finally {
    server.stdin.end();
    if (box && box.exitCode === null) {
      box.kill('SIGINT');
      await once(box, 'exit');
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function addressOf(box: ChildProcess): Promise<string> {
  let log = '';
  return new Promise((resolve, reject) => {
    box.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk).slice(-4_000);
      const url = /signalbox \S+ is at (http:\S+)/.exec(log)?.[1];
      if (url) resolve(url);
    });
    box.once('exit', () => reject(new Error(`the box ended: ${log}`)));
  });
}

async function readReport(path: string): Promise<{ p99: number; p999: number; max: number; cpuMs: number }> {
  for (let tries = 0; tries < 100; tries++) {
    await pause(100);
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.endsWith('}')) return JSON.parse(text);
  }
  throw new Error('the box did not report on its loop');
}

/** The cumulated buckets of how late checks began, by upper bound in seconds. */
async function readLateness(url: string): Promise<Map<number, number>> {
  const page = await (await fetch(`${url}metrics`)).text();
  const buckets = new Map<number, number>();
  for (const [, bound = '', count] of page.matchAll(
    /^signalbox_check_late_seconds_bucket\{.*le="([^"]+)".*\} (\S+)$/gm,
  )) {
    buckets.set(bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(count));
  }
  return buckets;
}

/** The upper bound, in milliseconds, of the bucket in which a quantile lies. */
function quantilesBetween(before: Map<number, number>, after: Map<number, number>): (q: number) => number {
  const bounds = [...after.keys()].sort((a, b) => a - b);
  const counts = bounds.map((bound) => (after.get(bound) ?? 0) - (before.get(bound) ?? 0));
  const total = counts.at(-1) ?? 0;
  return (q) => (bounds[counts.findIndex((count) => count >= q * total)] ?? Number.NaN) * 1000;
}

if (import.meta.main) {
  const [monitors = '100', every = '10', seconds = '30'] = process.argv.slice(2);
  console.log(await measureBox(Number(monitors), Number(every), Number(seconds)));
}
