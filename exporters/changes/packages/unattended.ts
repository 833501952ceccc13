import { oneLine } from '../../../model/outside-text.ts';
import type { LocalTime } from '../logs/local-time.ts';
import type { Run } from './run.ts';

/** Reads unattended-upgrades.log, which says when a run began and that it upgraded something: who asked, where apt's history is lost. */
export interface UnattendedLog {
  take(line: string): void;
  ended(): Run[];
  readonly open: Run | undefined;
}

const LINE = /^[\d-]+ [\d:]+,\d{3} (INFO|WARNING|ERROR) (.*)$/;

export function openUnattendedLog(instantOf: LocalTime, before: Run | undefined): UnattendedLog {
  let open = before;
  let done: Run[] = [];
  return {
    take(line) {
      const [, level, message = ''] = LINE.exec(line) ?? [];
      const at = level === undefined ? undefined : instantOf(line);
      if (at === undefined) return;
      if (message.startsWith('Packages that will be upgraded:'))
        open = { start: at, end: at, command: 'unattended-upgrade', did: [] };
      else if (open === undefined) return;
      // The lines of a run that do not say that it begins are of the run before: they say how long it went on.
      else if (message.startsWith('Starting unattended upgrades')) {
        done.push(open);
        open = undefined;
      } else {
        open = { ...open, end: at, ...(level === 'ERROR' && { problem: oneLine(message) }) };
        if (!/^(All upgrades installed|Installing the upgrades failed)/.test(message)) return;
        done.push(open);
        open = undefined;
      }
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
