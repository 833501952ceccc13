// Loaded into a measured box with --import: writes how long its loop's turns were, in nanoseconds, to the file in LOOP_REPORT when told to by SIGUSR2.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.LOOP_REPORT && process.argv[1]?.endsWith('main.ts')) {
  const RESOLUTION_MS = 1;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let spent = process.cpuUsage();
  delay.enable();
  process.on('SIGUSR2', () => {
    const { user, system } = process.cpuUsage(spent);
    const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const report = {
      p50: ms(delay.percentile(50)),
      p99: ms(delay.percentile(99)),
      p999: ms(delay.percentile(99.9)),
      max: ms(delay.max),
      cpuMs: (user + system) / 1000,
    };
    writeFileSync(process.env.LOOP_REPORT, JSON.stringify(report));
    delay.reset();
    spent = process.cpuUsage();
  });
}
