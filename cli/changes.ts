import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { openView } from '../collector/ledger/view.ts';
import { nearest, orList } from '../config/nearest.ts';
import { CHANGE_KINDS, type Change, type ChangeKind } from '../model/change.ts';
import { groupChanges } from '../model/change-groups.ts';
import { changeInWords, groupInWords } from '../model/change-words.ts';
import { messageOf } from '../model/errors.ts';
import { type Instant, MINUTE } from '../model/time.ts';
import { EXIT } from './exit-codes.ts';
import { sinceOf } from './since.ts';
import { alignedTable, wrapped } from './table.ts';
import { timeInWords } from './time-words.ts';

interface Options {
  readonly since: string;
  readonly kind?: readonly string[];
  readonly all?: true;
  readonly json?: true;
  readonly data: string;
}

/** Names of things are as long at most, nearly all. */
const WIDEST = 28;
/** Where a line that is too long goes on: below what was altered, behind the time. */
const CONTINUED = 21;
/** A box that has not written for so long does not run. */
const RUNS_MS = MINUTE;
/** More than a person reads, or a pipe should get unasked. */
const MOST = 20_000;

/** `signalbox changes`: what was altered lately, from the ledger, beside a running box or without one. */
export function changesCommand(): Command {
  return new Command('changes')
    .aliases(['changed', 'history'])
    .description('what was altered: packages, images, containers, kernel, firewall, units, config')
    .option('-s, --since <time>', 'how far back: 2h, 3d, yesterday, or a time such as 2026-11-20', '7d')
    .option('-k, --kind <kinds...>', `only these: ${CHANGE_KINDS.join(', ')}`)
    .option('-a, --all', 'each change on a line of its own, with its details')
    .option('--json', 'as JSON')
    .option('--data <folder>', 'the state directory', './data')
    .action((options: Options) => {
      process.exitCode = print(options, Date.now());
    });
}

function print(options: Options, now: Instant): number {
  const data = resolve(options.data);
  let since: Instant;
  let kinds: readonly ChangeKind[];
  try {
    since = sinceOf(options.since, now);
    kinds = kindsOf(options.kind);
  } catch (error) {
    console.error(messageOf(error));
    return EXIT.usage;
  }
  const { found, lastWritten } = read(data, since, now, kinds);
  const changes = found.slice(0, MOST);
  if (Math.abs(now - lastWritten) > RUNS_MS) console.error(notLooking(lastWritten));
  if (options.json) {
    console.log(JSON.stringify(changes.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest }))));
    return EXIT.fine;
  }
  if (changes.length === 0) console.log(nothing(data, since, kinds));
  // What is read by a program, or written into a file, has a line for each.
  const width = process.stdout.columns ?? Number.POSITIVE_INFINITY;
  for (const line of options.all ? each(changes) : grouped(changes))
    for (const part of wrapped(line, width, CONTINUED)) console.log(part);
  if (found.length > MOST)
    console.log(`… and older ones: these are the latest ${MOST}; ask for a shorter --since, or a --kind`);
  return EXIT.fine;
}

/** One more than is shown, where there are more. */
function read(
  data: string,
  since: Instant,
  now: Instant,
  kinds: readonly ChangeKind[],
): { found: Change[]; lastWritten: Instant } {
  const view = openView(data);
  try {
    return {
      found: view.changes.between(since, now + RUNS_MS, MOST + 1, kinds),
      lastWritten: view.flushes.last() ?? 0,
    };
  } finally {
    view.close();
  }
}

function kindsOf(written: readonly string[] | undefined): readonly ChangeKind[] {
  if (written === undefined) return CHANGE_KINDS;
  return written
    .flatMap((one) => one.split(','))
    .filter((word) => word !== '')
    .map((word) => {
      const name = word.toLowerCase().replace(/s$/, '');
      const kind = CHANGE_KINDS.find((one) => one === name);
      if (kind !== undefined) return kind;
      const near = nearest(name, CHANGE_KINDS);
      throw new Error(
        `--kind: came "${word.slice(0, 40)}", wanted ${orList(CHANGE_KINDS)}${near === undefined ? '' : `; did you mean ${near}?`}`,
      );
    });
}

function grouped(changes: readonly Change[]): string[] {
  return alignedTable(
    groupChanges(changes).map((group) => {
      const { what, became } = groupInWords(group);
      return [timeInWords(group.to), group.kind, printable(cut(what, 60)), printable(became)];
    }),
    WIDEST,
  );
}

function each(changes: readonly Change[]): string[] {
  const lines = alignedTable(
    changes.map((one) => [timeInWords(one.at), one.kind, printable(one.what), printable(changeInWords(one))]),
    WIDEST,
  );
  return lines.flatMap((line, index) => {
    const change = changes[index];
    const details = change?.detail?.split('\n') ?? [];
    const more = change && details[0] === changeInWords(change) ? details.slice(1) : details;
    return [line, ...more.filter((one) => one !== '').map((one) => `${' '.repeat(CONTINUED)}${printable(one)}`)];
  });
}

/** That there is nothing, and why that may be. */
function nothing(data: string, since: Instant, kinds: readonly ChangeKind[]): string {
  const of = kinds.length === CHANGE_KINDS.length ? '' : ` of kind ${orList(kinds)}`;
  const why = existsSync(join(data, 'exporters/changes'))
    ? 'The exporter "changes" has seen none.'
    : 'The exporter "changes" has not run here: write "changes: {}" under "exporters:" in the config.';
  return `No change${of} since ${timeInWords(since)}.\n${why}`;
}

/** The list is complete only for the time in which somebody looked. */
function notLooking(lastWritten: Instant): string {
  const since = lastWritten === 0 ? '' : ` since ${timeInWords(lastWritten)}`;
  return `The box has not run${since}: what was altered later is found when it runs again.`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Text from outside must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\u{fffd}');
}
