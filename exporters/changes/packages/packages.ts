import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Change } from '../../../model/change.ts';
import { HOUR, type Instant, SECOND } from '../../../model/time.ts';
import { followLog, type LogPlace } from '../logs/follow-log.ts';
import { type LocalTime, openLocalTime } from '../logs/local-time.ts';
import { type Machine, zoneOf } from '../machine.ts';
import type { Look, Source } from '../source.ts';
import { actionsOf, names, openAptHistory } from './apt-history.ts';
import { type Action, readDpkgLine } from './dpkg-log.ts';
import type { Run } from './run.ts';

/** One log: how far it was read, the last instant in it, the run that was going on, and the latest that have ended. */
interface Followed {
  readonly place?: LogPlace | undefined;
  readonly last: Instant;
  readonly open?: Run | undefined;
  readonly runs: readonly Run[];
}

interface Known {
  readonly dpkg: Followed;
  readonly apt: Followed;
}

const RUNS_KEPT = 20;
/** More from one look are not told: an upgrade from one release to the next has a quarter of it. */
const MOST_ACTIONS = 20_000;
const SLICE = 500;
/** A run that never ended is over by then. */
const LONGEST_RUN_MS = 6 * HOUR;
/** apt writes when it ended after dpkg has, in whole seconds. */
const SLACK_MS = 2 * SECOND;

/** Packages by dpkg's own log; who asked for it by apt's history, in which unattended-upgrades stands as well. */
export function packagesSource(machine: Machine): Source<Known> {
  const inLogs = (path: string) => join(machine.root, 'var/log', path);
  const paths = {
    dpkg: inLogs('dpkg.log'),
    apt: inLogs('apt/history.log'),
  };
  return {
    name: 'packages',
    watched: () => [paths.dpkg],
    async look(look) {
      const { known, since } = look;
      const zone = await zoneOf(machine);
      // dpkg's first: what apt says of it is there by then, because apt writes before dpkg begins.
      const { actions, first, ...dpkg } = await followDpkg(paths.dpkg, known?.dpkg, zone, look);
      const apt = await follow(paths.apt, known?.apt, zone, look, openAptHistory);
      if (dpkg.place === undefined && apt.place === undefined) return undefined;
      const runs = apt.open === undefined ? apt.runs : [...apt.runs, apt.open];
      // What dpkg's log says itself, or will say, is not taken from apt.
      const alone = apt.fresh.filter(
        ({ start, end }) =>
          start >= since &&
          // What was cut off did not do all that it was to do.
          end !== undefined &&
          (dpkg.place === undefined || (known === undefined && (first === undefined || end < first))),
      );
      return {
        changes: [
          ...(await inSlices(alone, (run) => actionsOf(run).map((action) => changeOf(action, run)))),
          ...(await inSlices(actions, (action) => [changeOf(action, runOf(runs, action))])),
        ],
        known: { dpkg: kept(dpkg), apt: kept(apt) },
      };
    },
  };
}

/** What dpkg did since, the latest of it, and the first instant in what was read. */
async function followDpkg(path: string, before: Followed | undefined, zone: string | undefined, look: Look<Known>) {
  const actions: Action[] = [];
  let first: Instant | undefined;
  const followed = await follow(path, before, zone, look, (instantOf) => ({
    take(line) {
      first ??= instantOf(line);
      const action = readDpkgLine(line, instantOf);
      if (action === undefined || (look.known === undefined && action.at < look.since)) return;
      actions.push(action);
      if (actions.length > 2 * MOST_ACTIONS) actions.splice(0, MOST_ACTIONS);
    },
  }));
  if (actions.length > MOST_ACTIONS)
    look.onTrouble(`${path} holds more than the ${MOST_ACTIONS} actions that are told`);
  return { ...followed, actions: actions.slice(-MOST_ACTIONS), first };
}

interface Reader {
  take(line: string): void;
  ended?(): Run[];
  readonly open?: Run | undefined;
}

/** Reads on in one log; `fresh` are the runs that have ended since. */
async function follow(
  path: string,
  before: Followed | undefined,
  zone: string | undefined,
  { since, signal, onTrouble }: Look<Known>,
  open: (instantOf: LocalTime, before: Run | undefined) => Reader,
): Promise<Followed & { readonly fresh: readonly Run[] }> {
  let last = before?.last ?? 0;
  const read = openLocalTime(zone, last);
  const instantOf: LocalTime = (text) => {
    const at = read(text);
    last = Math.max(last, at ?? 0);
    return at;
  };
  const reader = open(instantOf, before?.open);
  const place = await followLog({
    path,
    place: before?.place,
    since,
    signal,
    onTrouble,
    take: (lines) => lines.forEach(reader.take),
  });
  const fresh = reader.ended?.() ?? [];
  return { place, last, open: reader.open, runs: [...(before?.runs ?? []), ...fresh], fresh };
}

function kept({ place, last, open, runs }: Followed): Followed {
  // What a run did is asked only while dpkg's lines of it may still come.
  const isLate = ({ end = last }: Run) => end + SLACK_MS >= last;
  const lean = runs.slice(-RUNS_KEPT).map((run) => (isLate(run) ? run : { ...run, did: [] }));
  return { place, last, open, runs: lean };
}

/** A year of packages is more than one turn of the loop may take. */
async function inSlices<One, Made>(all: readonly One[], make: (one: One) => readonly Made[]): Promise<Made[]> {
  const made: Made[] = [];
  for (const [index, one] of all.entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate();
    made.push(...make(one));
  }
  return made;
}

/**
 * The run that an action belongs to, in order of time: of several in the same seconds, as unattended-upgrades has one for each few packages, the one
 * that names the package.
 */
function runOf(runs: readonly Run[], { at, name }: Action): Run | undefined {
  let byTime: Run | undefined;
  for (let index = startedBy(runs, at) - 1; index >= 0; index--) {
    const run = runs[index];
    // One that was cut off was over when the next began.
    const over = run?.end ?? Math.min((run?.start ?? 0) + LONGEST_RUN_MS, runs[index + 1]?.start ?? at);
    if (run === undefined || at > over + SLACK_MS) break;
    if (names(run, name)) return run;
    if (run.end !== undefined) byTime ??= run;
  }
  return byTime;
}

/** How many of the runs had started. */
function startedBy(runs: readonly Run[], at: Instant): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.start ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function changeOf({ at, name, from, to }: Action, run: Run | undefined): Change {
  const detail = run && [run.command, run.by && `asked for by ${run.by}`, run.problem && `it failed: ${run.problem}`];
  return {
    at,
    kind: 'package',
    what: name,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(detail && { detail: detail.filter((line) => line !== undefined).join('\n') }),
  };
}
