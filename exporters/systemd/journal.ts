import { stripVTControlCharacters } from 'node:util';
import { runProgram } from './run-program.ts';

const LINES = 20;
const LONGEST_LINE = 300;
/** Controls, and marks that turn the direction of text around: a unit's output is a stranger's. */
const UNFIT = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+|\p{Surrogate}/gu;

/** What of a unit is looked for in the journal. */
export interface JournalQuestion {
  readonly unit: string;
  /** Of this run alone, where it is known. */
  readonly invocation?: string | undefined;
  /** It is a unit of a user's systemd. */
  readonly ofUser?: boolean;
}

/**
 * The last lines that a unit's run left in the journal, and systemd's own about it, oldest first, each bounded and without control
 * characters; one line that says why when there are none. Ends at the signal.
 */
export async function lastLines(program: string, of: JournalQuestion, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const output = await runProgram(
      program,
      ['-q', '--no-pager', '-n', String(LINES), '-o', 'json', ...matchesOf(of)],
      signal,
    );
    const lines = output.split('\n').flatMap(lineOf);
    return lines.length > 0
      ? lines
      : ['(the journal has nothing of this run, or the box may not read it: group systemd-journal)'];
  } catch (error) {
    return [`(the journal could not be read: ${clean(error instanceof Error ? error.message : String(error))})`];
  }
}

/** systemd.journal-fields(7): a run's own lines carry the first field, what systemd says of it the second. */
function matchesOf({ unit, invocation, ofUser }: JournalQuestion): string[] {
  if (ofUser) {
    const manager = invocation === undefined ? `USER_UNIT=${unit}` : `USER_INVOCATION_ID=${invocation}`;
    return [`_SYSTEMD_USER_UNIT=${unit}`, '+', manager];
  }
  if (invocation === undefined) return [`_SYSTEMD_UNIT=${unit}`, '+', `UNIT=${unit}`];
  return [`_SYSTEMD_INVOCATION_ID=${invocation}`, '+', `INVOCATION_ID=${invocation}`];
}

function lineOf(json: string): string[] {
  if (json === '') return [];
  try {
    const { MESSAGE, __REALTIME_TIMESTAMP: at } = JSON.parse(json) as Record<string, unknown>;
    // Bytes that are no text come as numbers.
    const text =
      MESSAGE === null
        ? '(a line too long to be shown)'
        : Array.isArray(MESSAGE)
          ? Buffer.from(MESSAGE as number[]).toString('utf8')
          : String(MESSAGE ?? '');
    const time = new Date(Number(at) / 1e3);
    return [`${Number.isNaN(time.getTime()) ? '' : `${time.toISOString().slice(0, 19)}Z `}${clean(text)}`];
  } catch {
    return [];
  }
}

function clean(text: string): string {
  const line = stripVTControlCharacters(text.slice(0, 4 * LONGEST_LINE))
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replace(UNFIT, ' ')
    .trim();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
}
