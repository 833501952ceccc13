// Loaded into a measured box with --import: at SIGUSR2 writes to the file in LOOP_REPORT how long its loop's turns were since the SIGUSR2 before.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.LOOP_REPORT && process.argv[1]?.endsWith('main.ts')) {
  const EVERY_MS = 1;
  const CAPACITY = 1 << 17;
  const QUANTILES = { p50: 0.5, p99: 0.99, p999: 0.999, max: 1 };
  // A timer that is always due ticks once a turn: from tick to tick is what a turn took, by the wall and in the thread's own processor time.
  const walls = new Float32Array(CAPACITY);
  const owns = new Float32Array(CAPACITY);
  let ticks = 0;
  let at = performance.now();
  let own = ownMs();
  let spent = process.cpuUsage();
  let spentByMain = own;

  setInterval(() => {
    const now = performance.now();
    const ownNow = ownMs();
    walls[ticks % CAPACITY] = Math.max(0, now - at - EVERY_MS);
    owns[ticks % CAPACITY] = ownNow - own;
    ticks++;
    at = now;
    own = ownNow;
  }, EVERY_MS).unref();

  process.on('SIGUSR2', () => {
    const { user, system } = process.cpuUsage(spent);
    const cpuMs = (user + system) / 1000;
    const mainMs = ownMs() - spentByMain;
    const report = { ticks, wall: quantiles(walls), own: quantiles(owns), cpuMs, mainMs, at: Date.now() };
    writeFileSync(process.env.LOOP_REPORT, JSON.stringify(report));
    ticks = 0;
    spent = process.cpuUsage();
    spentByMain = ownMs();
    at = performance.now();
    own = spentByMain;
  });

  function ownMs() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  }

  function quantiles(values) {
    const sorted = values.slice(0, Math.min(ticks, CAPACITY)).sort();
    const of = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
    return Object.fromEntries(Object.entries(QUANTILES).map(([name, q]) => [name, of(q)]));
  }
}
