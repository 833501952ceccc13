/** The parts of the spool's bench, each run as `spool-box.ts <part> <folder> <url> <samples>`; prints its figures as JSON. */
import { createClock } from '../collector/clock.ts';
import { createSampleSources } from '../collector/sample-source.ts';
import { openSpool } from '../collector/spool/spool.ts';
import { createClient } from '../collector/victoriametrics/client.ts';
import { startShipper } from '../collector/victoriametrics/shipper.ts';
import type { Sample } from '../model/sample.ts';

const [part = '', folder = '', url = '', wanted = ''] = process.argv.slice(2);
const total = Number(wanted);
const clock = createClock();
const spool = await openSpool(folder, {
  clock,
  maxBytes: 4e9,
  maxAgeMs: 1e12,
  onTrouble: (message) => process.stderr.write(`${message}\n`),
});

const sources = createSampleSources(spool);
const PUSH = 1000;
const series = Array.from({ length: PUSH }, (_, index) => ({
  name: 'bench_value',
  labels: { phase: `p${index % 5}`, index: String(index) },
  value: 0,
}));
const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

const metric = (samples: readonly Sample[], name: string, lane?: string) =>
  samples.find((one) => one.name === name && (lane === undefined || one.labels.lane === lane))?.value ?? 0;
const unsent = () => metric(spool.samples(), 'signalbox_spool_unsent_bytes');

/** Pushes of a thousand samples, sixteen at a time. */
async function push(samples: number): Promise<void> {
  const start = clock.now();
  let pushed = 0;
  async function one(worker: number): Promise<void> {
    while (pushed < samples) {
      const round = pushed / PUSH;
      pushed += PUSH;
      const values = series.map((sample, index) => ({ ...sample, value: ((round * 31 + index) % 977) / 10 }));
      await spool.keep(values, { job: 'bench', instance: `w${worker}` }, start - round * 10);
    }
  }
  await Promise.all(Array.from({ length: 16 }, (_, worker) => one(worker)));
}

function ship() {
  const client = createClient({ storage: () => ({ write: url, read: url }) });
  const shipper = startShipper({ spool, client, clock, onTrouble: (message) => process.stderr.write(`${message}\n`) });
  return {
    shipper,
    async stop() {
      await shipper.stop();
      await client.close();
    },
  };
}

async function through() {
  const line = ship();
  const from = clock.monotonic();
  await push(total);
  while (unsent() > 0) await pause(10);
  const seconds = (clock.monotonic() - from) / 1000;
  await line.stop();
  return { rate: total / seconds };
}

async function drain() {
  const line = ship();
  const turns = watchTurns();
  const from = clock.monotonic();
  let number = 0;
  let ageMs = 0;
  let settled = 0;
  let most = 0;
  while (unsent() > 100_000) {
    for (let monitor = 0; monitor < 10; monitor++) offerCheck(number++);
    await pause(100);
    ageMs = Math.max(ageMs, metric(line.shipper.samples(), 'signalbox_storage_live_age_seconds') * 1000);
    const rss = process.memoryUsage.rss();
    if (clock.monotonic() - from < 1000) settled = Math.max(settled, rss);
    else most = Math.max(most, rss);
  }
  const seconds = (clock.monotonic() - from) / 1000;
  const sent = metric(line.shipper.samples(), 'signalbox_storage_sent_samples_total', 'backlog');
  await line.stop();
  return { rate: sent / seconds, ageMs, grown: most - settled, turnMs: turns.end() };
}

/**
 * Processor time of the loop's own thread between ticks of a millisecond, in milliseconds, p99.9: how long turns are,
 * without what a busy machine adds by giving the processor to others.
 */
function watchTurns(): { end(): number } {
  const turns: number[] = [];
  let before = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    turns.push((user + system) / 1000);
  }, 1);
  return {
    end() {
      clearInterval(timer);
      return turns.sort((a, b) => a - b)[Math.floor(turns.length * 0.999)] ?? Number.NaN;
    },
  };
}

function offerCheck(number: number): void {
  const instance = `monitor-${number % 100}`;
  const samples = Array.from({ length: 15 }, (_, index) => ({ name: `live_${index}`, labels: {}, value: number }));
  const source = sources.of(instance);
  source.begin(clock.now());
  source.offer(samples, { job: 'probe', instance, vantage: 'local' });
  source.finish();
}

/** The whole cost, commits included, at the pace of 2,000 monitors every 10 s. */
async function offer() {
  const WARM = 10_000;
  const CHECKS = 2000;
  for (let number = 0; number < WARM; number++) {
    offerCheck(number);
    if (number % 50 === 49) await pause(10);
  }
  await pause(500);
  const before = process.cpuUsage();
  for (let number = 0; number < CHECKS; number++) {
    offerCheck(number);
    if (number % 2 === 1) await pause(10);
  }
  await pause(500);
  const { user, system } = process.cpuUsage(before);
  const idle = process.cpuUsage();
  for (let number = 0; number < CHECKS / 2; number++) await pause(10);
  await pause(500);
  const waiting = process.cpuUsage(idle);
  return { microseconds: (user + system - waiting.user - waiting.system) / CHECKS };
}

const parts: Readonly<Record<string, () => Promise<object>>> = {
  through,
  drain,
  offer,
  fill: async () => {
    await push(total);
    return {};
  },
};
const figures = await parts[part]?.();
await spool.close();
console.log(JSON.stringify(figures));
