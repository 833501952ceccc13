import { setImmediate } from 'node:timers/promises';
import type { ForeignFamily } from '../../model/exporter.ts';
import type { Check } from '../../model/finding.ts';
import { self } from '../../model/metrics/self.ts';
import type { Monitor } from '../../model/monitor.ts';
import { exportedName, type Identity, type Labels, type Sample, type SampleSink } from '../../model/sample.ts';
import type { Stand, Transition } from '../../model/standing.ts';
import { type Clock, SECOND } from '../../model/time.ts';
import { openSampleSource } from '../sample-source.ts';
import { openInstruments } from './instruments.ts';
import { writeMetricsPage } from './metrics-page.ts';
import { type Owned, rememberChecks, standingSamples } from './monitor-samples.ts';
import { watchProcess } from './process.ts';

export interface SelfOptions {
  readonly clock: Clock;
  /** Where what the box says of itself goes, every 15 seconds. */
  readonly sink: Pick<SampleSink, 'offer' | 'end'>;
  readonly version: string;
  /** Where every monitor stands now. */
  readonly stands?: () => readonly Stand[];
  /** What other parts say of themselves, as the spool does. */
  readonly others?: () => readonly Sample[];
  /** What the exporters gave last: it went to the sink already, and stands on the page. */
  readonly exported?: () => Iterable<Owned>;
  readonly onTrouble?: (words: string) => void;
}

/** What the box says of itself. */
export interface Self {
  /** The configuration was read, or had mistakes. With monitors: these hold from now on. */
  configured(ok: boolean, monitors?: readonly Monitor[]): void;
  check(check: Check): void;
  transition(transition: Transition): void;
  /** The whole of `/metrics`: the box itself, and the latest samples of every monitor. */
  page(): Promise<string>;
  stop(): void;
}

const BOX: Identity = { job: 'signalbox', instance: 'box' };
/** So many monitors are looked at in one turn of the loop. */
const SLICE = 50;
const EVERY_MS = 15 * SECOND;
const LATE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** Begins to count, and to hand over what was counted. */
export function openSelf(options: SelfOptions): Self {
  const { clock } = options;
  const source = openSampleSource(options.sink);
  const instruments = openInstruments();
  const counted = openCounters(instruments);
  const runtime = watchProcess();
  const latest = rememberChecks();
  let monitors = new Map<string, Monitor>();
  instruments.gauge(self.build).set(1, { version: options.version, node: process.versions.node });

  async function* ofTheBox(again: boolean): AsyncGenerator<Owned> {
    const own = [...(await instruments.samples()), ...(await runtime.read(again)), ...(options.others?.() ?? [])];
    yield { identity: BOX, samples: own };
    yield* standingSamples(monitors.values(), options.stands?.() ?? []);
    yield* latest.intervals();
  }

  async function offer(): Promise<void> {
    source.begin(clock.now());
    for await (const { identity, samples } of inSlices(ofTheBox(true))) source.offer(samples, identity);
    source.finish();
  }

  async function* everything(): AsyncGenerator<Owned> {
    yield* ofTheBox(false);
    yield* latest.samples();
    yield* options.exported?.() ?? [];
  }

  function* foreign(): Generator<ForeignFamily> {
    for (const { families } of options.exported?.() ?? []) yield* families ?? [];
  }

  let cancel = () => {};
  function offerEvery(): void {
    cancel = clock.after(EVERY_MS, () => {
      offer().catch((fault: unknown) => options.onTrouble?.(`the box's own metrics: ${fault}`));
      offerEvery();
    });
  }
  offerEvery();

  return {
    configured(ok, list) {
      counted.reload(ok, clock.now());
      if (list === undefined) return;
      monitors = new Map(list.map((monitor) => [monitor.name, monitor]));
      latest.keepOnly(list);
      counted.monitors(list);
    },
    check(check) {
      latest.take(check);
      counted.check(check, monitors.get(check.monitor)?.kind ?? '');
    },
    transition: ({ to }) => counted.transition(to),
    page: () => writeMetricsPage(withIdentity(inSlices(everything())), foreign()),
    stop() {
      cancel();
      runtime.stop();
    },
  };
}

function openCounters({ counter, gauge, histogram }: ReturnType<typeof openInstruments>) {
  const reloadOk = gauge(self.reloadOk);
  const reloadAt = gauge(self.reloadAt);
  const monitors = gauge(self.monitors);
  const checks = counter(self.checks);
  const heldUp = counter(self.heldUp);
  const late = histogram(self.late, LATE_SECONDS);
  const transitions = counter(self.transitions);
  return {
    reload(ok: boolean, at: number) {
      reloadOk.set(ok ? 1 : 0);
      if (ok) reloadAt.set(at / 1e3);
    },
    monitors(list: readonly Monitor[]) {
      monitors.clear();
      for (const [kind, ones] of Map.groupBy(list, (one) => one.kind)) monitors.set(ones.length, { kind });
    },
    check(check: Check, kind: string) {
      checks.add(1, { kind, verdict: check.finding.verdict });
      late.observe(check.lateMs / 1e3);
      if (check.heldUpMs !== undefined) heldUp.add(1);
    },
    transition: (to: string) => transitions.add(1, { to }),
  };
}

/** Gives the loop a turn of its own now and then. */
async function* inSlices(owned: AsyncIterable<Owned>): AsyncGenerator<Owned> {
  let count = 0;
  for await (const one of owned) {
    if (++count % SLICE === 0) await setImmediate();
    yield one;
  }
}

async function* withIdentity(owned: AsyncIterable<Owned>): AsyncGenerator<Sample[]> {
  for await (const { identity, samples } of owned)
    yield samples.map((one) => ({ ...one, labels: { ...renamed(one.labels), ...identity } }));
}

function renamed(labels: Labels): Labels {
  if (!('job' in labels || 'instance' in labels || 'vantage' in labels)) return labels;
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [exportedName(name, labels), value]));
}
