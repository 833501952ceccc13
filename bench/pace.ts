import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Box, startBox } from './box.ts';
import { atMost, quantileOf, type Row, shown, told } from './row.ts';

const MONITORS = 2000;
const EVERY_S = 10;
/** The first sweep and the site's first builds, which make every page. */
const START_S = 20;
const SETTLE_S = 20;
const MEASURED_S = 60;
/** Until what was measured last can be read from VictoriaMetrics. */
const STORED_S = 6;

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What `loop-watch.mjs` reports. */
interface LoopReport {
  /** Milliseconds of a turn by the wall clock, waiting for a core included. */
  readonly wall: Quantiles;
  /** Milliseconds of a turn in the thread's own processor time. */
  readonly own: Quantiles;
  readonly cpuMs: number;
  readonly mainMs: number;
  readonly at: number;
}

/** How punctual a whole box is at 2,000 monitors every ten seconds, while the site builds, the ledger writes and VictoriaMetrics stores. Two minutes. */
export async function rows(): Promise<Row[]> {
  await using box = await startBox({ monitors: MONITORS, everyS: EVERY_S, report: reportIn });
  await pause(START_S * 1000);
  const start = await askReport(box);
  await pause(SETTLE_S * 1000);
  const before = await askReport(box);
  await pause(MEASURED_S * 1000);
  const loop = await askReport(box);
  await pause(STORED_S * 1000);
  const late = await latenessOf(box, before.at, loop.at);
  const perCheck = (ms: number) => shown((ms * 1000) / late.length, 'µs');
  return [
    atMost('2,000 monitors every 10 s: checks begin late, p99', quantileOf(late, 0.99), 100, 'ms'),
    atMost('turn of the loop, p99.9', loop.wall.p999, 10, 'ms', `its processor time ${shown(loop.own.p999, 'ms')}`),
    told('longest turn', shown(loop.wall.max, 'ms'), `its processor time ${shown(loop.own.max, 'ms')}`),
    told(
      'the first 20 s: turn of the loop, p99.9',
      shown(start.wall.p999, 'ms'),
      `its processor time ${shown(start.own.p999, 'ms')}`,
    ),
    told(
      'the whole box for each check, site and shipping included',
      perCheck(loop.cpuMs),
      `main thread ${perCheck(loop.mainMs)}`,
    ),
  ];
}

function reportIn(folder: string): string {
  return join(folder, 'loop.json');
}

/** What the loop did since it was last asked. */
async function askReport(box: Box): Promise<LoopReport> {
  const path = reportIn(box.folder);
  await rm(path, { force: true });
  box.process.kill('SIGUSR2');
  for (let tries = 0; tries < 100; tries++) {
    await pause(50);
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.endsWith('}')) return JSON.parse(text);
  }
  throw new Error('the box did not report on its loop');
}

/** How late, in milliseconds, each check in `[from, to)` began: by what the box has stored of itself. */
async function latenessOf(box: Box, from: number, to: number): Promise<number[]> {
  const query = new URLSearchParams({
    'match[]': 'signalbox_probe_late_seconds',
    start: String(from / 1000),
    end: String(to / 1000),
  });
  const answer = await box.askStorage(`/api/v1/export?${query}`);
  if (!answer.ok) throw new Error(`VictoriaMetrics, which keeps how late each check began, answered ${answer.status}`);
  const late: number[] = [];
  for (const line of (await answer.text()).split('\n')) {
    if (line !== '') for (const seconds of (JSON.parse(line) as { values: number[] }).values) late.push(seconds * 1000);
  }
  return late;
}
