import type { Check, Evidence } from '../../model/finding.ts';
import type { Monitor } from '../../model/monitor.ts';
import { reason, span } from '../../model/reason.ts';
import type { Stand, Transition } from '../../model/standing.ts';
import { type Clock, SECOND } from '../../model/time.ts';
import { watchClockSteps } from '../../runtime/clock-step.ts';
import type { Ledger } from '../ledger/open.ts';
import { dated, forgotten, interruption, isAhead } from './clock-set.ts';
import { type Entry, standOf } from './entry.ts';
import { excuseFor, toAskAnew } from './excuse.ts';
import { hold, judge, lapse, letGo, release } from './judge.ts';
import { createOutbox } from './outbox.ts';
import { createRoster } from './roster.ts';
import type { Judged, Seeing } from './series.ts';

/** Room for a check to be timed and judged before the one before it stops counting. */
const SLACK_MS = SECOND;

/** What judging needs from the rest of the box. */
export interface JudgingOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** Checks a monitor again from all its vantages; resolves when the checks were made and given to `take`. */
  readonly recheck: (monitor: string) => Promise<void>;
  /** Checks one series again soon. */
  readonly again: (monitor: string, vantage: string, ms: number) => void;
  /** Called when transitions are durable: who acts on them reads them from the ledger. */
  readonly onKept: () => void;
  readonly onTrouble: (message: string) => void;
}

/** The memory of all standings: findings in, transitions out. */
export interface Judging {
  /** The monitors as they now are. Known ones go on, new ones take up the history they have in the ledger. */
  configure(monitors: readonly Monitor[], online: readonly string[]): Promise<void>;
  /** Draws the conclusions from one check. Resolves when they are drawn, not yet when they are durable. */
  take(check: Check): Promise<void>;
  /** Marks as unknown what has not been checked for too long. */
  lapse(): void;
  /** Where every monitor stands as a whole, in the order of the config. */
  stands(): Stand[];
  /** What keeps transitions from being kept, in words. */
  ailments(): readonly string[];
  /** Resolves when every transition so far is durable, or has been tried once more. */
  stop(): Promise<void>;
}

export function createJudging(options: JudgingOptions): Judging {
  const { clock, ledger } = options;
  const roster = createRoster(clock);
  const clockSteps = watchClockSteps();
  const outbox = createOutbox({
    clock,
    keep: (batch) =>
      ledger.transitions.keep(batch, [...new Set(batch.map((one) => one.monitor))].flatMap(roster.standsOf)),
    onKept: options.onKept,
    onTrouble: options.onTrouble,
  });

  /** Keeps to the wall clock when somebody sets it: the time that it skips nobody has seen, and what it dates ahead is to come. */
  function keepToClock(): void {
    const now = clock.now();
    const step = clockSteps(now, clock.steady());
    if (step === 0) return;
    const before = roster.clockSet({ step, now });
    for (const stand of before) for (const one of interruption(stand, { step, now })) outbox.add(one);
    for (const { monitor } of before.filter(({ vantage }) => vantage === ''))
      for (const stand of roster.standsOf(monitor)) ledger.stand(stand);
  }

  function take(arrived: Check): Promise<void> {
    keepToClock();
    const check = dated(arrived, clock);
    const entry = roster.entryOf(check.monitor, check.vantage);
    const monitor = roster.monitorOf(check.monitor);
    if (entry === undefined || monitor === undefined) return Promise.resolve();
    ledger.note(check, monitor.everyMs);
    const { verdict } = check.finding;
    const badInARow = verdict === 'down' ? (entry.latest?.badInARow ?? 0) + 1 : 0;
    entry.latest = { steadyAt: check.steadyAt, verdict, badInARow };
    // Its next turn comes an interval after its end at the latest: one that falls into a long check is left out.
    const next = check.steadyAt + check.durationMs + monitor.everyMs;
    entry.freshUntil = next + monitor.timeoutMs + check.lateMs + SLACK_MS;
    entry.judging = entry.judging.then(() => conclude(entry, monitor, check));
    return entry.judging;
  }

  async function conclude(entry: Entry, monitor: Monitor, check: Check): Promise<void> {
    const { verdict, reason: why, evidence } = check.finding;
    const seeing: Seeing = { at: check.at, verdict, reason: why, ...(evidence && { evidence }) };
    if (verdict === 'down') {
      await Promise.all(toAskAnew(monitor, check, roster).map(options.recheck));
      weigh(entry, monitor, seeing);
    } else settle(entry, judge(entry.series, seeing, monitor));
    entry.concludedAt = check.steadyAt;
    reconsider(monitor.name);
  }

  /** Judges a bad check by what else is known. */
  function weigh(entry: Entry, monitor: Monitor, seeing: Seeing): void {
    const excuse = excuseFor(monitor, entry.vantage, roster);
    if (excuse === 'wait') {
      settle(entry, hold(entry.series, seeing));
      // What the others wait for is to be known soon.
      if (roster.online.includes(monitor.name)) options.again(monitor.name, entry.vantage, monitor.confirm.everyMs);
      return;
    }
    if (excuse === undefined) settle(entry, release(entry.series, monitor));
    settle(entry, judge(entry.series, { ...seeing, ...excuse }, monitor));
  }

  /** After news of a monitor: whether what was held because of it can be judged now. */
  function reconsider(name: string): void {
    for (const monitor of roster.dependants(name)) {
      for (const entry of roster.entriesOf(monitor.name)) {
        const { held } = entry.series;
        const excuse = held && excuseFor(monitor, entry.vantage, roster);
        if (held === undefined || excuse === 'wait') continue;
        const judged = excuse
          ? judge(entry.series, { at: held.last.at, ...excuse }, monitor)
          : release(entry.series, monitor);
        settle(entry, judged);
      }
    }
  }

  function settle(entry: Entry, { series, change, doubtful }: Judged): void {
    entry.series = series;
    const { monitor, vantage } = entry;
    if (change) outbox.add({ monitor, vantage, ...change });
    const { before, after } = roster.drawOwn(monitor, change?.at ?? clock.now());
    if (before && (before.standing !== after.standing || before.blind !== after.blind)) {
      outbox.add(transitionOf(before, after, change?.evidence));
      reconsider(monitor);
      if (after.standing === 'up') lookAgainBehind(monitor);
    }
    ledger.stand(standOf(entry, clock));
    ledger.stand(after);
    if (doubtful) options.again(monitor, vantage, roster.monitorOf(monitor)?.confirm.everyMs ?? 0);
  }

  /** What was unreachable because of a monitor that is up again is looked at at once. */
  function lookAgainBehind(name: string): void {
    for (const child of roster.dependants(name).filter(({ needs }) => needs.includes(name)))
      for (const entry of roster.entriesOf(child.name))
        if (entry.series.blind === 'unreachable') options.again(child.name, entry.vantage, 0);
  }

  /** What the ledger knows of these monitors; of what a clock that was ahead has dated, nothing. */
  async function savedStands(monitors: readonly Monitor[]): Promise<Stand[]> {
    const known = new Map(monitors.map((one) => [one.name, one]));
    const now = clock.now();
    return (await ledger.standings.kept()).map((stand) => {
      const monitor = known.get(stand.monitor);
      if (monitor === undefined || !isAhead(stand, monitor, now)) return stand;
      const after = forgotten(stand, now);
      outbox.add(transitionOf(stand, after, undefined));
      return after;
    });
  }

  function lapseOverdue(): void {
    keepToClock();
    const now = clock.steady();
    const overdue = roster.entries().filter((entry) => entry.freshUntil <= now);
    // What was held is nobody's any more; else it would count as its own the moment that its parent lapses.
    for (const entry of overdue) entry.series = letGo(entry.series);
    for (const entry of overdue) {
      const silentMs = now - entry.freshUntil;
      entry.freshUntil = Number.POSITIVE_INFINITY;
      if (entry.series.standing === 'unknown' && entry.series.blind === 'unwatched') continue;
      const why = reason`nobody was looking for ${span(silentMs)} or more`;
      settle(entry, lapse(entry.series, Math.round(clock.now() - silentMs), why));
    }
  }

  return {
    async configure(monitors, online) {
      roster.configure(monitors, online, await savedStands(monitors));
      lapseOverdue();
    },
    take,
    lapse: lapseOverdue,
    stands: roster.stands,
    ailments: outbox.ailments,
    async stop() {
      await Promise.all(roster.entries().map((entry) => entry.judging));
      await outbox.stop();
    },
  };
}

function transitionOf(before: Stand, after: Stand, evidence: Evidence | undefined): Transition {
  const { freshUntil: _, since: at, standing: to, ...rest } = after;
  return { ...rest, at, from: before.standing, to, ...(evidence && to !== 'up' && { evidence }) };
}
