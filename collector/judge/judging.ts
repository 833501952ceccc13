import type { Check, Evidence } from '../../model/finding.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { Monitor } from '../../model/monitor.ts';
import type { Stand, Transition } from '../../model/standing.ts';
import { type Clock, SECOND, spanInWords } from '../../model/time.ts';
import { agree } from './agree.ts';
import { type Entry, openEntry, standOf } from './entry.ts';
import { excuseFor, unreachable, type Witnesses } from './excuse.ts';
import { hold, type Judged, judge, lapse, type Seeing, unjudged } from './judge.ts';
import { createOutbox } from './outbox.ts';

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

export function createJudging(options: JudgingOptions): Judging {
  const { clock, ledger } = options;
  let monitors = new Map<string, Monitor>();
  let online: readonly string[] = [];
  const entries = new Map<string, Map<string, Entry>>();
  const own = new Map<string, Stand>();
  const outbox = createOutbox({
    clock,
    keep: (batch) => ledger.keep(batch, [...new Set(batch.map((one) => one.monitor))].flatMap(standsOf)),
    onKept(transition) {
      if (transition.vantage === '') options.onTransition(transition);
    },
    onTrouble: options.onTrouble,
  });

  function entriesOf(name: string): Entry[] {
    return [...(entries.get(name)?.values() ?? [])];
  }

  const witnesses: Witnesses = {
    get online() {
      return online;
    },
    entriesOf,
    standOf: (name) => own.get(name),
    titleOf,
    recheck: options.recheck,
  };

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
          before?.get(vantage) ?? openEntry(monitor.name, vantage, saved.get(keyOf(monitor.name, vantage)), clock),
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
    const excuse = verdict === 'down' ? await excuseFor(monitor, check, witnesses) : undefined;
    if (excuse === 'wait') return settle(entry, hold(entry.series, seeing));
    const judged = judge(entry.series, excuse ? { ...seeing, ...excuse } : seeing, monitor.confirm);
    settle(entry, judged);
    if (judged.doubtful) options.again(entry.monitor, entry.vantage, monitor.confirm.everyMs);
  }

  function titleOf(name: string): string {
    return monitors.get(name)?.title ?? name;
  }

  function settle(entry: Entry, { series, change }: Judged): void {
    entry.series = series;
    const { monitor, vantage } = entry;
    if (change) outbox.add({ monitor, vantage, ...change });
    const before = own.get(monitor);
    const after = ownStand(monitor, change?.at ?? clock.now(), before);
    own.set(monitor, after);
    if (before && (before.standing !== after.standing || before.blind !== after.blind)) {
      outbox.add(transitionOf(before, after, change?.evidence));
      spread(after);
    }
    ledger.stand(standOf(entry, clock));
    ledger.stand(after);
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
    const stands = entriesOf(name).map((entry) => standOf(entry, clock));
    const agreed = agree(stands, monitors.get(name)?.agree ?? 'majority');
    const same = before?.standing === agreed.standing && before.blind === agreed.blind;
    const since = same ? before.since : Math.max(at, before?.since ?? at);
    return {
      monitor: name,
      vantage: '',
      ...agreed,
      since,
      freshUntil: Math.max(...stands.map((one) => one.freshUntil)),
    };
  }

  /** A monitor's stand as a whole, and from each vantage. */
  function standsOf(name: string): Stand[] {
    return [...ownOf(name), ...entriesOf(name).map((entry) => standOf(entry, clock))];
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
    ailments: outbox.ailments,
    async stop() {
      await Promise.all([...entries.keys()].flatMap(entriesOf).map((entry) => entry.judging));
      await outbox.stop();
    },
  };
}

function keyOf(monitor: string, vantage: string): string {
  return `${vantage}\n${monitor}`;
}

function transitionOf(before: Stand, after: Stand, evidence: Evidence | undefined): Transition {
  const { freshUntil: _, since: at, standing: to, ...rest } = after;
  return { ...rest, at, from: before.standing, to, ...(evidence && to !== 'up' && { evidence }) };
}
