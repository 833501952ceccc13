import { oneLine } from '../../../model/outside-text.ts';
import type { Instant } from '../../../model/time.ts';
import type { LocalTime } from '../logs/local-time.ts';
import { type Action, packageName } from './dpkg-log.ts';
import { commandInWords, type Run } from './run.ts';

/** Packages of one run that are read. */
const MOST_PACKAGES = 10_000;
/** apt's words for what it did, apt-pkg/deb/dpkgpm.cc. */
const VERBS = new Set(['Install', 'Reinstall', 'Upgrade', 'Downgrade', 'Remove', 'Purge']);

/** Reads apt's history.log line by line; a run that has not ended yet stays open until its next lines come. */
export interface AptHistory {
  take(line: string): void;
  /** The runs that have ended since it was asked last, oldest first. */
  ended(): Run[];
  /** The run that goes on. */
  readonly open: Run | undefined;
}

export function openAptHistory(instantOf: LocalTime, before: Run | undefined): AptHistory {
  let open = before;
  let done: Run[] = [];
  const end = (at: Instant): void => {
    if (open !== undefined) done.push({ ...open, end: Math.max(open.start, at) });
    open = undefined;
  };
  return {
    take(line) {
      const colon = line.indexOf(': ');
      const [field, value] = [line.slice(0, colon), line.slice(colon + 2)];
      if (field === 'Start-Date') {
        // The run before was cut off, nobody knows when.
        if (open !== undefined) done.push({ ...open, problem: 'it was cut off' });
        const start = instantOf(value);
        if (start !== undefined) open = { start, command: 'apt', did: [] };
      } else if (open === undefined) return;
      else if (field === 'Commandline') open = { ...open, command: commandInWords(value) };
      else if (field === 'Requested-By') open = { ...open, by: oneLine(value, 80) };
      else if (field === 'Error') open = { ...open, problem: oneLine(value) };
      else if (field === 'End-Date') end(instantOf(value) ?? open.start);
      else if (VERBS.has(field))
        open = { ...open, did: [...open.did, { verb: field, list: value }].slice(0, VERBS.size) };
    },
    ended() {
      const runs = done;
      done = [];
      return runs;
    },
    get open() {
      return open;
    },
  };
}

/** Whether a run names a package, in what it did or is to do. */
export function names({ did }: Run, name: string): boolean {
  const listed = name.includes(':') ? ` ${name} (` : ` ${name}:`;
  return did.some(({ list }) => ` ${list}`.includes(listed));
}

/** What a run did by its own word: `Upgrade: curl:amd64 (7.88-1, 7.88-2)`, `Install: nginx:amd64 (1.22-1, automatic)`. */
export function actionsOf({ did, start }: Run): Action[] {
  return did.flatMap(({ verb, list }) => listed(verb, list, start));
}

function listed(verb: string, list: string, at: Instant): Action[] {
  const actions: Action[] = [];
  for (const [, named = '', versions = ''] of list.matchAll(/(\S{1,200}) \(([^()]{0,400})\)/g)) {
    const [first = '', second = ''] = versions.split(', ').map((one) => oneLine(one));
    const name = packageName(named);
    if (verb === 'Upgrade' || verb === 'Downgrade') actions.push({ at, name, from: first, to: second });
    else if (verb === 'Install') actions.push({ at, name, to: first });
    else if (verb === 'Reinstall') actions.push({ at, name, from: first, to: first });
    else actions.push({ at, name, from: first });
    if (actions.length >= MOST_PACKAGES) break;
  }
  return actions;
}
