import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Guarded, startGuarded } from '../../collector/victoriametrics/guard.ts';
import { freePort } from '../../collector/victoriametrics/port.ts';

/** A real VictoriaMetrics for a test, on a free port of loopback, that can be killed and started again on the same data. */
export interface VictoriaMetricsProcess extends AsyncDisposable {
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL, as when the power fails. */
  kill(): Promise<void>;
  /** SIGTERM, in order. */
  end(): Promise<void>;
  /** How many different samples it holds that match a selector. */
  count(selector: string): Promise<number>;
  /** How many different samples each series that matches has, by the values of some labels joined by spaces. */
  seriesCounts(selector: string, labels: readonly string[]): Promise<Map<string, number>>;
}

export async function victoriaMetricsProcess(program: string): Promise<VictoriaMetricsProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-vm-'));
  const port = await freePort(0);
  const url = `http://127.0.0.1:${port}`;
  let running: Guarded | undefined;

  const vm: VictoriaMetricsProcess = {
    url,
    async start() {
      running = startGuarded([
        'nice',
        '-n',
        '5',
        program,
        `-storageDataPath=${folder}`,
        `-httpListenAddr=127.0.0.1:${port}`,
        '-retentionPeriod=13',
        '-dedup.minScrapeInterval=1ms',
        '-search.latencyOffset=1ms',
        '-search.cacheTimestampOffset=10000h',
        '-memory.allowedBytes=128MB',
        '-loggerLevel=ERROR',
      ]);
      running.process.stdout?.resume();
      running.process.stderr?.resume();
      for (;;) {
        const answer = await fetch(`${url}/health`).catch(() => undefined);
        if (answer?.ok) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async kill() {
      const { pid } = running?.process ?? {};
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
      await running?.ended;
      running = undefined;
    },
    async end() {
      await running?.end();
      running = undefined;
    },
    async count(selector) {
      let count = 0;
      for (const one of (await vm.seriesCounts(selector, ['__name__'])).values()) count += one;
      return count;
    },
    async seriesCounts(selector, labels) {
      await fetch(`${url}/internal/force_flush`).then((answer) => answer.text());
      const answer = await fetch(`${url}/api/v1/export?match[]=${encodeURIComponent(selector)}`);
      const counts = new Map<string, number>();
      for (const line of (await answer.text()).split('\n').filter((one) => one !== '')) {
        // Not JSON as a whole: infinities stand bare in the values.
        const metric = JSON.parse(line.slice(line.indexOf(':') + 1, line.indexOf(',"values":')));
        const timestamps = /"timestamps":\[([^\]]*)\]/.exec(line)?.[1] ?? '';
        const key = labels.map((label) => metric[label]).join(' ');
        counts.set(key, (counts.get(key) ?? 0) + new Set(timestamps.split(',')).size);
      }
      return counts;
    },
    async [Symbol.asyncDispose]() {
      await vm.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await vm.start();
  return vm;
}
