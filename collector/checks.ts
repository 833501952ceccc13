import type { Check } from '../model/finding.ts';
import type { Monitor } from '../model/monitor.ts';
import type { Redact } from '../model/redact.ts';
import type { SampleSink } from '../model/sample.ts';
import type { Stand, Transition } from '../model/standing.ts';
import { type Clock, SECOND } from '../model/time.ts';
import { cleanFinding } from './clean.ts';
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

export interface ChecksOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly sink: SampleSink;
  readonly redact: Redact;
  /** The place that makes a monitor's checks, by the name of its vantage. */
  readonly vantageFor: (monitor: Monitor, vantage: string) => Vantage;
  /** Told of every check, after it was measured and before it is judged. */
  readonly onCheck: (check: Check) => void;
  /** Told of each transition of a monitor's own standing that is durable, in order; of one kept just before a crash, after it. */
  readonly onTransition: (transition: Transition) => void;
  /** Called when there may be new transitions: whoever else acts on them reads them from the ledger (`followTransitions`). */
  readonly onKept?: () => void;
  readonly onTrouble: (message: string) => void;
}

/** Makes the checks when they are due and passes on what they found: to the spool, to the judge, and so to the ledger. */
export interface Checks {
  configure(monitors: readonly Monitor[], online: readonly string[]): Promise<void>;
  /** Checks a monitor from all its vantages now. */
  now(monitor: string): Promise<void>;
  /** Where every monitor stands. */
  stands(): Stand[];
  /** What keeps conclusions from being kept, in words; empty when nothing does. */
  ailments(): readonly string[];
  /** Ends what is under way and makes sure of every transition. */
  stop(): Promise<void>;
}

export function createChecks(options: ChecksOptions): Checks {
  const { clock, ledger, sink } = options;
  const schedule = createSchedule(clock, AT_ONCE);
  const sources = createSampleSources(sink);
  const loop = watchLoop(clock);
  let monitors = new Map<string, Monitor>();

  const told = followTransitions({
    clock,
    ledger,
    name: 'log',
    act: (transitions) => transitions.forEach(options.onTransition),
    onTrouble: options.onTrouble,
  });
  const judging = createJudging({
    clock,
    ledger,
    recheck: now,
    again: (monitor, vantage, ms) => schedule.again(keyOf(monitor, vantage), ms),
    onKept() {
      told.wake();
      options.onKept?.();
    },
    onTrouble: options.onTrouble,
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
    options.onCheck(clean);
    judging.take(clean).catch((error: unknown) => options.onTrouble(`judging ${monitor.name}: ${error}`));
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
    ailments: judging.ailments,
    async configure(list, online) {
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
