import type { Check } from '../../model/finding.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { Monitor } from '../../model/monitor.ts';
import type { Stand, Transition } from '../../model/standing.ts';
import { type Clock, SECOND, spanInWords } from '../../model/time.ts';
import { agree } from './agree.ts';
import { type Change, hold, type Judged, judge, lapse, type Seeing, type Series, unjudged } from './judge.ts';

/** Room for a check to be timed and judged before the one before it stops counting. */
const SLACK_MS = SECOND;
const RETRY_MS = 5 * SECOND;
/** How old a canary's word may be. Not zero: two failing canaries would go on asking for each other. */
const CANARY_AGE_MS = 5 * SECOND;

/** What judging needs from the rest of the box. */
export interface JudgingOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** Checks a monitor again from all its vantages; resolves when the checks were made and given to `take`. */
  readonly recheck: (monitor: string) => Promise<void>;
  /** Checks one series again soon. */
  readonly again: (monitor: string, vantage: string, ms: number) => void;
  /** Told of each transition of a monitor's own standing, once it is durable. */
  readonly onTransition: (transition: Transition) => void;
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

interface Entry {
  readonly monitor: string;
  readonly vantage: string;
  series: Series;
  /** The finding counts until then, on the steady clock. */
  freshUntil: number;
  latest?: { readonly steadyAt: number; readonly bad: boolean };
  judging: Promise<void>;
}

export function createJudging(options: JudgingOptions): Judging {
  const { clock, ledger } = options;
  let monitors = new Map<string, Monitor>();
  let online: readonly string[] = [];
  const entries = new Map<string, Map<string, Entry>>();
  const own = new Map<string, Stand>();
  const unkept: Transition[] = [];
  let keeping: Promise<void> | undefined;
  let cancelRetry = () => {};
  let trouble: string | undefined;

  function entriesOf(name: string): Entry[] {
    return [...(entries.get(name)?.values() ?? [])];
  }

  async function configure(list: readonly Monitor[], canaries: readonly string[]): Promise<void> {
    const saved = new Map((await ledger.stands()).map((stand) => [keyOf(stand.monitor, stand.vantage), stand]));
    monitors = new Map(list.map((monitor) => [monitor.name, monitor]));
    online = canaries;
    for (const name of entries.keys()) if (!monitors.has(name)) forget(name);
    for (const monitor of list) {
      const before = entries.get(monitor.name);
      const now = new Map<string, Entry>();
      for (const vantage of monitor.vantages) {
        now.set(
          vantage,
          before?.get(vantage) ?? remember(monitor.name, vantage, saved.get(keyOf(monitor.name, vantage))),
        );
      }
      entries.set(monitor.name, now);
      if (!own.has(monitor.name)) own.set(monitor.name, saved.get(keyOf(monitor.name, '')) ?? firstStand(monitor.name));
    }
    lapseOverdue();
  }

  function forget(name: string): void {
    entries.delete(name);
    own.delete(name);
  }

  function firstStand(monitor: string): Stand {
    const { standing, since, reason } = unjudged(clock.now());
    return { monitor, vantage: '', standing, since, reason, blind: 'unwatched', freshUntil: since };
  }

  function remember(monitor: string, vantage: string, saved: Stand | undefined): Entry {
    if (saved === undefined) {
      return {
        monitor,
        vantage,
        series: unjudged(clock.now()),
        freshUntil: Number.POSITIVE_INFINITY,
        judging: Promise.resolve(),
      };
    }
    const { standing, since, reason, blind } = saved;
    const series: Series = {
      ...unjudged(since),
      standing,
      reason,
      ...(standing !== 'unknown' && { settled: standing }),
    };
    if (standing !== 'unknown') delete (series as { blind?: unknown }).blind;
    else if (blind) Object.assign(series, { blind });
    return {
      monitor,
      vantage,
      series,
      freshUntil: clock.steady() + saved.freshUntil - clock.now(),
      judging: Promise.resolve(),
    };
  }

  function take(check: Check): Promise<void> {
    const entry = entries.get(check.monitor)?.get(check.vantage);
    const monitor = monitors.get(check.monitor);
    if (entry === undefined || monitor === undefined) return Promise.resolve();
    ledger.note(check, monitor.everyMs);
    entry.latest = { steadyAt: check.steadyAt, bad: check.finding.verdict === 'down' };
    // Its next turn comes an interval after its end at the latest: one that falls into a long check is left out.
    const next = check.steadyAt + check.durationMs + monitor.everyMs;
    entry.freshUntil = next + monitor.timeoutMs + check.lateMs + SLACK_MS;
    entry.judging = entry.judging.then(() => conclude(entry, monitor, check));
    return entry.judging;
  }

  async function conclude(entry: Entry, monitor: Monitor, check: Check): Promise<void> {
    const { verdict, reason, evidence } = check.finding;
    const seeing: Seeing = { at: check.at, verdict, reason, ...(evidence && { evidence }) };
    const excuse = verdict === 'down' ? await excuseFor(monitor, check) : undefined;
    if (excuse === 'wait') return settle(entry, hold(entry.series, seeing));
    const judged = judge(entry.series, excuse ? { ...seeing, ...excuse } : seeing, monitor.confirm);
    settle(entry, judged);
    if (judged.doubtful) options.again(entry.monitor, entry.vantage, monitor.confirm.everyMs);
  }

  /** Whether a bad finding says nothing about the monitor: the box is offline, or what it needs is down or in doubt. */
  async function excuseFor(
    monitor: Monitor,
    check: Check,
  ): Promise<Pick<Seeing, 'verdict' | 'reason' | 'blind'> | 'wait' | undefined> {
    const doubted = monitor.needs.filter(
      (name) => own.get(name)?.standing !== 'down' && olderThan(name, check.steadyAt),
    );
    const canaries = online.filter((name) => name !== monitor.name && olderThan(name, check.steadyAt - CANARY_AGE_MS));
    await Promise.all([...new Set([...doubted, ...canaries])].map(options.recheck));
    if (online.length > 0 && online.every((name) => name === monitor.name || seemsDown(name))) {
      return { verdict: 'unknown', reason: 'this box itself is offline', blind: 'offline' };
    }
    for (const name of monitor.needs) {
      const parent = own.get(name);
      if (parent?.standing === 'down') return unreachable(titleOf(name));
      if (parent?.blind === 'unreachable') return { verdict: 'unknown', reason: parent.reason, blind: 'unreachable' };
      if (seemsDown(name)) return 'wait';
    }
    return undefined;
  }

  function olderThan(name: string, steadyAt: number): boolean {
    return entriesOf(name).some((entry) => (entry.latest?.steadyAt ?? Number.NEGATIVE_INFINITY) < steadyAt);
  }

  function seemsDown(name: string): boolean {
    const seen = entriesOf(name);
    return seen.length > 0 && seen.every((entry) => entry.latest?.bad === true);
  }

  function titleOf(name: string): string {
    return monitors.get(name)?.title ?? name;
  }

  function settle(entry: Entry, judged: Judged): void {
    entry.series = judged.series;
    if (judged.change) unkept.push(transitionOf(entry.monitor, entry.vantage, judged.change));
    const before = own.get(entry.monitor);
    const after = ownStand(entry.monitor, judged.change?.at ?? clock.now(), before);
    own.set(entry.monitor, after);
    if (before && (before.standing !== after.standing || before.blind !== after.blind)) {
      const { since: at, standing: to, reason, blind, flapping } = after;
      const evidence = judged.change?.evidence;
      unkept.push({
        monitor: entry.monitor,
        vantage: '',
        at,
        from: before.standing,
        to,
        reason,
        ...(blind && { blind }),
        ...(flapping && { flapping }),
        ...(evidence && { evidence }),
      });
      spread(after);
    }
    ledger.stand(standOf(entry));
    ledger.stand(after);
    if (unkept.length > 0) keepSoon();
  }

  /** What a monitor's new standing means for those that need it. */
  function spread(parent: Stand): void {
    for (const child of monitors.values()) {
      if (!child.needs.includes(parent.monitor)) continue;
      for (const entry of entriesOf(child.name)) {
        if (parent.standing === 'down' && entry.series.held) {
          const seeing: Seeing = { at: entry.series.held.at, ...unreachable(titleOf(parent.monitor)) };
          settle(entry, judge(entry.series, seeing, child.confirm));
        } else if (parent.standing === 'up' && entry.series.blind === 'unreachable') {
          options.again(child.name, entry.vantage, 0);
        }
      }
    }
  }

  function ownStand(name: string, at: number, before: Stand | undefined): Stand {
    const agreed = agree(entriesOf(name).map(standOf), monitors.get(name)?.agree ?? 'majority');
    const same = before?.standing === agreed.standing && before.blind === agreed.blind;
    const since = same ? before.since : Math.max(at, before?.since ?? at);
    const freshUntil = Math.max(...entriesOf(name).map((entry) => standOf(entry).freshUntil));
    return { monitor: name, vantage: '', ...agreed, since, freshUntil };
  }

  function standOf(entry: Entry): Stand {
    const { standing, since, reason, blind, flapping } = entry.series;
    const left = entry.freshUntil - clock.steady();
    return {
      monitor: entry.monitor,
      vantage: entry.vantage,
      standing,
      since,
      reason,
      ...(blind && { blind }),
      ...(flapping && { flapping }),
      freshUntil: Math.round(clock.now() + (Number.isFinite(left) ? left : 0)),
    };
  }

  function keepSoon(): void {
    keeping ??= Promise.resolve()
      .then(keepAll)
      .finally(() => {
        keeping = undefined;
      });
  }

  /** Transitions wait here until the ledger has them; nobody is told before. */
  async function keepAll(): Promise<void> {
    while (unkept.length > 0) {
      const batch = unkept.slice();
      const stands = [...new Set(batch.map((one) => one.monitor))].flatMap((name) => [
        ...entriesOf(name).map(standOf),
        ...ownOf(name),
      ]);
      try {
        await ledger.keep(batch, stands);
      } catch (error) {
        trouble = `${batch.length} transitions wait for the ledger: ${error instanceof Error ? error.message : error}`;
        options.onTrouble(trouble);
        cancelRetry();
        cancelRetry = clock.after(RETRY_MS, keepSoon);
        return;
      }
      trouble = undefined;
      unkept.splice(0, batch.length);
      for (const transition of batch) if (transition.vantage === '') options.onTransition(transition);
    }
  }

  function ownOf(name: string): Stand[] {
    const stand = own.get(name);
    return stand ? [stand] : [];
  }

  function lapseOverdue(): void {
    const now = clock.steady();
    for (const name of entries.keys()) {
      for (const entry of entriesOf(name)) {
        if (entry.freshUntil > now) continue;
        const silentMs = now - entry.freshUntil;
        entry.freshUntil = Number.POSITIVE_INFINITY;
        if (entry.series.standing === 'unknown' && entry.series.blind === 'unwatched') continue;
        const reason = `nobody was looking for ${spanInWords(silentMs)} or more`;
        settle(entry, lapse(entry.series, Math.round(clock.now() - silentMs), reason));
      }
    }
  }

  return {
    configure,
    take,
    lapse: lapseOverdue,
    stands: () => [...monitors.keys()].flatMap(ownOf),
    ailments: () => (trouble === undefined ? [] : [trouble]),
    async stop() {
      cancelRetry();
      await Promise.all([...entries.keys()].flatMap(entriesOf).map((entry) => entry.judging));
      keepSoon();
      await keeping;
      cancelRetry();
    },
  };
}

function keyOf(monitor: string, vantage: string): string {
  return `${vantage}\n${monitor}`;
}

function transitionOf(monitor: string, vantage: string, change: Change): Transition {
  return { monitor, vantage, ...change };
}

function unreachable(parent: string): Pick<Seeing, 'verdict' | 'reason' | 'blind'> {
  return { verdict: 'unknown', reason: `unreachable because of ${parent}`, blind: 'unreachable' };
}
