import type { Check } from '../model/finding.ts';
import { sample } from '../model/metric.ts';
import { self } from '../model/metrics/self.ts';
import type { Monitor } from '../model/monitor.ts';
import type { SampleGroup } from '../model/part.ts';
import type { Stand, Standing } from '../model/standing.ts';
import { identityOf, samplesOf } from './measure.ts';
import { openInstruments } from './self/instruments.ts';

const STANDINGS: readonly Standing[] = ['up', 'degraded', 'down', 'unknown'];
const LATE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** What is measured of the checks as such: how many, how late, what came last, where every monitor stands. */
export interface CheckMetrics {
  /** These monitors hold from now on; what is known of others, and from other vantages, is forgotten. */
  configure(monitors: readonly Monitor[]): void;
  check(check: Check): void;
  transition(to: Standing): void;
  /** All of it; `stands` is where every monitor stands now. */
  samples(stands: Iterable<Stand>): AsyncGenerator<SampleGroup>;
}

export function createCheckMetrics(): CheckMetrics {
  const instruments = openInstruments();
  const ofKind = instruments.gauge(self.monitors);
  const checks = instruments.counter(self.checks);
  const heldUp = instruments.counter(self.heldUp);
  const late = instruments.histogram(self.late, LATE_SECONDS);
  const transitions = instruments.counter(self.transitions);
  const latest = new Map<string, { readonly check: Check; readonly intervalSeconds: number | undefined }>();
  let monitors = new Map<string, Monitor>();

  return {
    configure(list) {
      monitors = new Map(list.map((monitor) => [monitor.name, monitor]));
      const wanted = new Set(list.flatMap(({ name, vantages }) => vantages.map((vantage) => keyOf(name, vantage))));
      for (const key of latest.keys()) if (!wanted.has(key)) latest.delete(key);
      ofKind.clear();
      for (const [kind, ones] of Map.groupBy(list, (one) => one.kind)) ofKind.set(ones.length, { kind });
    },
    check(check) {
      const key = keyOf(check.monitor, check.vantage);
      const before = latest.get(key)?.check;
      const intervalSeconds = before === undefined ? undefined : (check.steadyAt - before.steadyAt) / 1e3;
      latest.set(key, { check, intervalSeconds });
      checks.add(1, { kind: monitors.get(check.monitor)?.kind ?? '', verdict: check.finding.verdict });
      late.observe(check.lateMs / 1e3);
      if (check.heldUpMs !== undefined) heldUp.add(1);
    },
    transition: (to) => transitions.add(1, { to }),
    async *samples(stands) {
      yield { samples: await instruments.samples() };
      yield* standingSamples(monitors.values(), stands);
      for (const { check, intervalSeconds } of latest.values()) {
        const identity = identityOf(check);
        if (intervalSeconds !== undefined) yield { identity, samples: [sample(self.interval, intervalSeconds)] };
        yield { identity, samples: samplesOf(check), offered: true };
      }
    },
  };
}

function keyOf(monitor: string, vantage: string): string {
  return `${vantage}\n${monitor}`;
}

/** What is known of each monitor beside its checks: what it is, and where it stands. */
function* standingSamples(monitors: Iterable<Monitor>, stands: Iterable<Stand>): Generator<SampleGroup> {
  const standing = new Map([...stands].filter((one) => one.vantage === '').map((one) => [one.monitor, one]));
  for (const monitor of monitors) {
    const { name, kind, group, title, slug } = monitor;
    const samples = [sample(self.monitor, 1, { kind, group, title, slug, public: String(monitor.public) })];
    const stand = standing.get(name);
    if (stand !== undefined) {
      for (const one of STANDINGS)
        samples.push(sample(self.standing, stand.standing === one ? 1 : 0, { standing: one }));
      samples.push(sample(self.since, stand.since / 1e3));
    }
    yield { identity: { job: 'probe', instance: name }, samples };
  }
}
