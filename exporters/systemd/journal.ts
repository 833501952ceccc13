import { messageOf } from '../../model/errors.ts';
import { oneLine } from '../../model/outside-text.ts';
import { ProgramFailed, runProgram } from '../../programs/run-program.ts';

const LINES = 20;
const LONGEST_LINE = 300;
const NOTHING = '(the journal has nothing of this run that the box may read)';
const FORBIDDEN = 'the box may not read the journal: its user must be in the group systemd-journal';

/** What of a unit is looked for in the journal. */
export interface JournalQuestion {
  readonly unit: string;
  /** Of this run alone, where it is known. */
  readonly invocation?: string | undefined;
  /** The number of the user whose systemd it is a unit of; absent for the system's. */
  readonly userId?: number | undefined;
}

/** One line of the journal. */
interface Entry {
  /** With its time. */
  readonly line: string;
  readonly text: string;
  /** The unit itself said it, and not systemd of the unit. */
  readonly own: boolean;
  /** The run that it belongs to, where the journal knows. */
  readonly invocation: string | undefined;
}

/**
 * The last lines that a unit's run left in the journal, and systemd's own about it, oldest first, each bounded and without control
 * characters; one line that says why when there are none. Ends at the signal.
 */
export async function lastLines(program: string, of: JournalQuestion, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const entries = await readEntries(program, of, signal);
    return entries.length > 0 ? entries.map(({ line }) => line) : [NOTHING];
  } catch (error) {
    return [`(${whyUnreadable(error)})`];
  }
}

/** Why the journal could not be read, in words, and what would help. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof ProgramFailed && /permission/i.test(error.complaint)) return FORBIDDEN;
  return `the journal could not be read: ${clean(messageOf(error))}`;
}

/** The last thing that the unit itself said; undefined where that cannot be known. */
export async function lastWords(
  program: string,
  of: JournalQuestion,
  signal: AbortSignal,
): Promise<string | undefined> {
  const entries = await readEntries(program, of, signal).catch(() => []);
  return entries.findLast(({ own, text }) => own && text !== '')?.text;
}

async function readEntries(program: string, of: JournalQuestion, signal: AbortSignal): Promise<Entry[]> {
  const options = ['-q', '--no-pager', '-n', String(2 * LINES), '-o', 'json'];
  const output = await runProgram([program, ...options, ...matchesOf(of)], { signal });
  const { invocation } = of;
  // Of a program that ended at once the journal could not find out which run it was.
  const isOfRun = (entry: Entry) => invocation === undefined || (entry.invocation ?? invocation) === invocation;
  return output.split('\n').flatMap(entryOf).filter(isOfRun).slice(-LINES);
}

/**
 * systemd.journal-fields(7): a unit's own lines carry the first field, what systemd says of it the second, which anybody may write:
 * it counts from systemd alone. Each user may have units of the same name.
 */
function matchesOf({ unit, userId }: JournalQuestion): string[] {
  return userId === undefined
    ? [`_SYSTEMD_UNIT=${unit}`, '+', `UNIT=${unit}`, '_PID=1']
    : [`_SYSTEMD_USER_UNIT=${unit}`, `_UID=${userId}`, '+', `USER_UNIT=${unit}`, `_UID=${userId}`];
}

function entryOf(json: string): Entry[] {
  if (json === '') return [];
  try {
    const fields = JSON.parse(json) as Record<string, unknown>;
    const text = clean(textOf(fields.MESSAGE));
    const time = new Date(Number(fields.__REALTIME_TIMESTAMP) / 1e3);
    const stamp = Number.isNaN(time.getTime()) ? '' : `${time.toISOString().slice(0, 19)}Z `;
    const own = fields.UNIT === undefined && fields.USER_UNIT === undefined;
    const run = own ? fields._SYSTEMD_INVOCATION_ID : (fields.INVOCATION_ID ?? fields.USER_INVOCATION_ID);
    // The lines of a user's unit carry the run of all that user's units.
    const known = typeof run === 'string' && (!own || fields._SYSTEMD_USER_UNIT === undefined);
    return [{ line: stamp + text, text, own, invocation: known ? run : undefined }];
  } catch {
    return [];
  }
}

function textOf(message: unknown): string {
  if (message === null) return '(a line too long to be shown)';
  // Bytes that are no text come as numbers.
  return Array.isArray(message) ? Buffer.from(message as number[]).toString('utf8') : String(message ?? '');
}

/** A unit's output is a stranger's. */
function clean(text: string): string {
  return oneLine(text.replace(/\s*\n\s*/g, ' ⏎ '), LONGEST_LINE);
}
