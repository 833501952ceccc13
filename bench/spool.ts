import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startGuarded } from '../collector/victoriametrics/guard.ts';
import { freePort } from '../collector/victoriametrics/port.ts';
import { findVictoriaMetrics } from '../collector/victoriametrics/program.ts';
import type { Row } from './row.ts';

const THROUGH = 3_000_000;
const BACKLOG = 10_000_000;
const NEEDED_BYTES = 2e9;
const MEGABYTE = 1e6;

/** The storage line against a real VictoriaMetrics: rate, processor time, and a backlog beside live data. Two minutes. */
export async function rows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-spool-'));
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < NEEDED_BYTES)
      throw new Error(`${folder}: the bench needs ${NEEDED_BYTES / 1e9} GB of room there`);
    const through = await against(folder, 'a', (url) => box('through', join(folder, 'through'), url, THROUGH));
    await box('fill', join(folder, 'backlog'), 'none', BACKLOG);
    const drain = await against(folder, 'b', (url) => box('drain', join(folder, 'backlog'), url, BACKLOG));
    const costs: number[] = [];
    for (let round = 0; round < 3; round++)
      costs.push((await box('offer', join(folder, 'offer'), 'none', 0)).microseconds ?? Number.NaN);
    return [
      row('samples through the spool into VictoriaMetrics, a second', through.rate, 200_000, 'least'),
      row('processor time for the 15 samples of a check, µs', Math.min(...costs), 100, 'most'),
      row('backlog of 10 million samples drained, samples a second', drain.rate, 200_000, 'least'),
      row('meanwhile: oldest live samples, ms', drain.ageMs, 1000, 'most'),
      row(
        'meanwhile: resident memory grown after the first second, MB',
        (drain.grown ?? Number.NaN) / MEGABYTE,
        30,
        'most',
      ),
      row('meanwhile: a turn of the loop, its processor time, p99.9, ms', drain.turnMs, 10, 'most'),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function row(what: string, value = Number.NaN, bar: number, kind: 'least' | 'most'): Row {
  const shown = value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
  return {
    what,
    value: shown,
    bar: `${kind === 'least' ? '≥' : '≤'} ${bar.toLocaleString('en')}`,
    ok: kind === 'least' ? value >= bar : value <= bar,
  };
}

type Figures = Readonly<Record<string, number>>;

/** Runs one part of the bench in a process of its own, so that the parts' memory and garbage are their own. */
async function box(part: string, folder: string, url: string, samples: number): Promise<Figures> {
  const program = new URL('spool-box.ts', import.meta.url).pathname;
  const flags = ['--max-semi-space-size=2'];
  const child = spawn(process.execPath, [...flags, program, part, folder, url, String(samples)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let figures: Figures = {};
  createInterface(child.stdout).on('line', (line) => {
    figures = JSON.parse(line) as Figures;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`bench part ${part} ended with ${code}`);
  return figures;
}

async function against(folder: string, name: string, body: (url: string) => Promise<Figures>): Promise<Figures> {
  const program = await findVictoriaMetrics(join(folder, 'programs'));
  const port = await freePort(0);
  const url = `http://127.0.0.1:${port}`;
  const server = startGuarded([
    'nice',
    '-n',
    '5',
    program,
    `-storageDataPath=${join(folder, `data-${name}`)}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=13',
    '-memory.allowedBytes=64MB',
    '-dedup.minScrapeInterval=1ms',
    '-loggerLevel=ERROR',
  ]);
  server.process.stdout?.resume();
  server.process.stderr?.resume();
  try {
    while (!(await fetch(`${url}/health`).catch(() => undefined))?.ok)
      await new Promise((resolve) => setTimeout(resolve, 50));
    return await body(url);
  } finally {
    await server.end();
  }
}

if (import.meta.main)
  for (const one of await rows()) console.log(one.ok ? ' ' : '!', one.what.padEnd(62), one.value.padStart(12), one.bar);
