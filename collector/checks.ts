import type { Check } from '../model/finding.ts';
import type { Monitor } from '../model/monitor.ts';
import type { ConfigChange, Part, PartContext, SampleGroup } from '../model/part.ts';
import { reasonInWords } from '../model/reason.ts';
import { sayJson } from '../model/route.ts';
import type { SampleSink } from '../model/sample.ts';
import type { Stand } from '../model/standing.ts';
import { type Instant, SECOND } from '../model/time.ts';
import { createCheckMetrics } from './check-metrics.ts';
import { cleanFinding } from './clean.ts';
import { suitHeapTo } from './heap.ts';
import { createJudging } from './judge/judging.ts';
import { followTransitions } from './ledger/follow-transitions.ts';
import type { Ledger } from './ledger/open.ts';
import { watchLoop } from './loop-watch.ts';
import { identityOf, samplesOf } from './measure.ts';
import { runCheck } from './run.ts';
import { createSampleSources, type SampleSource } from './sample-source.ts';
import { createSchedule } from './schedule.ts';
import type { Vantage } from './vantage/vantage.ts';

/** How many checks may be under way at once; the rest wait their turn. */
const AT_ONCE = 256;

export interface ChecksOptions extends Pick<PartContext, 'clock' | 'log' | 'redact'> {
  readonly ledger: Ledger;
  readonly sink: Pick<SampleSink, 'offer' | 'end'>;
  /** The place that makes a monitor's checks, by the name of its vantage. */
  readonly vantageFor: (monitor: Monitor, vantage: string) => Vantage;
  /** Called when there may be new transitions: whoever acts on them reads them from the ledger (`followTransitions`). */
  readonly onKept: () => void;
}

interface ChecksConfig {
  readonly monitors: readonly Monitor[];
  readonly online: readonly string[];
}

/** Makes the checks when they are due and passes on what they found: to the spool, to the judge, and so to the ledger. */
export interface Checks extends Part<ChecksConfig> {
  /** Monitors that are checked differently are checked at once. */
  configure(config: ChecksConfig, change: Pick<ConfigChange, 'changed'>): Promise<void>;
  /** Checks a monitor from all its vantages now. */
  now(monitor: string): Promise<void>;
  /** Where every monitor stands. */
  stands(): Stand[];
  /** What is measured of the checks as such, and the latest check of every monitor. */
  samples(): AsyncGenerator<SampleGroup>;
  /** What keeps conclusions from being kept. */
  problems(): readonly string[];
  /** Ends what is under way and makes sure of every transition. */
  stop(): Promise<void>;
}

export function createChecks(options: ChecksOptions): Checks {
  const { clock, ledger, sink, log } = options;
  const schedule = createSchedule(clock, AT_ONCE);
  const sources = createSampleSources(sink);
  const loop = watchLoop(clock);
  const metrics = createCheckMetrics();
  let monitors = new Map<string, Monitor>();

  const told = followTransitions({
    clock,
    ledger,
    name: 'log',
    act(transitions) {
      for (const { monitor, to, reason } of transitions) {
        log(`${monitor} is ${to}: ${reasonInWords(reason, clock.now())}`);
        metrics.transition(to);
      }
    },
    onTrouble: log,
  });
  const judging = createJudging({
    clock,
    ledger,
    recheck: now,
    again: (monitor, vantage, ms) => schedule.again(keyOf(monitor, vantage), ms),
    onKept() {
      told.wake();
      options.onKept();
    },
    onTrouble: log,
  });

  async function now(name: string): Promise<void> {
    const vantages = monitors.get(name)?.vantages ?? [];
    await Promise.all(vantages.map((vantage) => schedule.now(keyOf(name, vantage))));
  }

  async function check(monitor: Monitor, vantage: string, lateMs: number, source: SampleSource): Promise<void> {
    const place = options.vantageFor(monitor, vantage);
    const made = await runCheck(monitor, place, clock, lateMs, loop.heldUpSince);
    // A monitor or a vantage that went meanwhile has no checks any more.
    if (source.ended) return;
    const clean: Check = { ...made, vantage, finding: cleanFinding(made.finding, options.redact) };
    source.begin(clean.at);
    source.offer(samplesOf(clean), identityOf(clean));
    source.finish();
    metrics.check(clean);
    judging.take(clean).catch((error: unknown) => log(`judging ${monitor.name}: ${error}`));
  }

  let cancelLapse = () => {};
  function lapseEverySecond(): void {
    cancelLapse = clock.after(SECOND, () => {
      judging.lapse();
      lapseEverySecond();
    });
  }
  lapseEverySecond();

  return {
    now,
    stands: judging.stands,
    routes: [
      {
        on: ['admin'],
        for: 'readers',
        methods: ['GET'],
        path: '/standings',
        handle: () => sayJson(200, { standings: judging.stands().map((one) => inWords(one, clock.now())) }),
      },
    ],
    samples: () => metrics.samples(judging.stands()),
    problems: judging.ailments,
    async configure({ monitors: list, online }, { changed }) {
      suitHeapTo(list);
      metrics.configure(list);
      monitors = new Map(list.map((monitor) => [monitor.name, monitor]));
      await judging.configure(list, online);
      const tasks = list.flatMap((monitor) =>
        monitor.vantages.map((vantage) => {
          const key = keyOf(monitor.name, vantage);
          const source = sources.of(key);
          return { key, everyMs: monitor.everyMs, run: (lateMs: number) => check(monitor, vantage, lateMs, source) };
        }),
      );
      schedule.set(tasks);
      sources.keepOnly(new Set(tasks.map(({ key }) => key)), clock.now());
      for (const name of changed) now(name).catch((error: unknown) => log(String(error)));
    },
    async stop() {
      cancelLapse();
      await schedule.stop();
      loop.stop();
      await judging.stop();
      await told.stop();
    },
  };
}

function keyOf(monitor: string, vantage: string): string {
  return `${vantage}\n${monitor}`;
}

/** A stand as the operator reads it. */
function inWords(stand: Stand, now: Instant) {
  return { ...stand, reason: reasonInWords(stand.reason, now) };
}
