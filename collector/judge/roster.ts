import type { Monitor } from '../../model/monitor.ts';
import type { Stand } from '../../model/standing.ts';
import type { Clock, Instant } from '../../model/time.ts';
import { agree } from './agree.ts';
import { afterStep, type ClockSet, seriesAfterStep } from './clock-set.ts';
import { type Entry, openEntry, standOf } from './entry.ts';
import type { Witnesses } from './excuse.ts';
import { unjudged } from './series.ts';

/** All monitors and canaries as the config has them, and what is remembered of each. */
export interface Roster extends Witnesses {
  /** Known ones go on, new ones begin where `saved` says they stood. */
  configure(monitors: readonly Monitor[], online: readonly string[], saved: readonly Stand[]): void;
  entryOf(monitor: string, vantage: string): Entry | undefined;
  entries(): Entry[];
  /** The monitors whose bad checks this one's trouble may explain. */
  dependants(name: string): readonly Monitor[];
  /** Draws a monitor's own stand from those of its vantages; one that is new begins at `at`. Answers the one before. */
  drawOwn(name: string, at: Instant): { readonly before: Stand | undefined; readonly after: Stand };
  /** Takes up that the wall clock was set. Answers how all monitors and vantages stood before. */
  clockSet(set: ClockSet): Stand[];
  /** A monitor's stand as a whole, and from each vantage. */
  standsOf(name: string): Stand[];
  /** Where every monitor stands as a whole, in the order of the config. */
  stands(): Stand[];
}

export function createRoster(clock: Clock): Roster {
  let monitors = new Map<string, Monitor>();
  let children = new Map<string, Monitor[]>();
  let online: readonly string[] = [];
  const entries = new Map<string, Map<string, Entry>>();
  const own = new Map<string, Stand>();

  function entriesOf(name: string): Entry[] {
    return [...(entries.get(name)?.values() ?? [])];
  }

  function ownStands(name: string): Stand[] {
    const stand = own.get(name);
    return stand ? [stand] : [];
  }

  function standsOf(name: string): Stand[] {
    return [...ownStands(name), ...entriesOf(name).map((entry) => standOf(entry, clock))];
  }

  return {
    get online() {
      return online;
    },
    monitorOf: (name) => monitors.get(name),
    entriesOf,
    ownOf: (name) => own.get(name),
    configure(list, canaries, saved) {
      const kept = new Map(saved.map((stand) => [keyOf(stand.monitor, stand.vantage), stand]));
      monitors = new Map(list.map((monitor) => [monitor.name, monitor]));
      children = childrenOf(list);
      online = canaries;
      for (const name of [...entries.keys()].filter((one) => !monitors.has(one))) {
        entries.delete(name);
        own.delete(name);
      }
      for (const { name, vantages } of list) {
        const before = entries.get(name);
        const open = (vantage: string) => openEntry(name, vantage, kept.get(keyOf(name, vantage)), clock);
        entries.set(name, new Map(vantages.map((one) => [one, before?.get(one) ?? open(one)])));
        if (!own.has(name)) own.set(name, kept.get(keyOf(name, '')) ?? firstStand(name, clock.now()));
      }
    },
    entryOf: (monitor, vantage) => entries.get(monitor)?.get(vantage),
    entries: () => [...entries.keys()].flatMap(entriesOf),
    dependants: (name) => (online.includes(name) ? [...monitors.values()] : (children.get(name) ?? [])),
    drawOwn(name, at) {
      const before = own.get(name);
      const stands = entriesOf(name).map((entry) => standOf(entry, clock));
      const agreed = agree(stands, monitors.get(name)?.agree ?? 'majority');
      const same = before?.standing === agreed.standing && before.blind === agreed.blind;
      const since = same ? before.since : Math.max(at, before?.since ?? at);
      const freshUntil = Math.max(...stands.map((one) => one.freshUntil));
      const after = { monitor: name, vantage: '', ...agreed, since, freshUntil };
      own.set(name, after);
      return { before, after };
    },
    clockSet(set) {
      const before = [...monitors.keys()].flatMap(standsOf);
      for (const entry of [...entries.keys()].flatMap(entriesOf)) entry.series = seriesAfterStep(entry.series, set);
      for (const [name, stand] of own)
        own.set(name, { ...afterStep(stand, set), freshUntil: stand.freshUntil + set.step });
      return before;
    },
    standsOf,
    stands: () => [...monitors.keys()].flatMap(ownStands),
  };
}

function childrenOf(list: readonly Monitor[]): Map<string, Monitor[]> {
  const children = new Map<string, Monitor[]>();
  for (const monitor of list)
    for (const need of monitor.needs) children.set(need, [...(children.get(need) ?? []), monitor]);
  return children;
}

function firstStand(monitor: string, at: Instant): Stand {
  const { standing, since, reason } = unjudged(at);
  return { monitor, vantage: '', standing, since, reason, blind: 'unwatched', freshUntil: since };
}

function keyOf(monitor: string, vantage: string): string {
  return `${vantage}\n${monitor}`;
}
