import type { Instant } from '../../model/time.ts';
import type { UnitFailed } from '../../model/unit.ts';
import { runProgram } from '../../programs/run-program.ts';
import type { Place } from './place.ts';

/** systemd's catalogue, "Unit failed": systemd writes one such entry for each failure of a unit. */
const UNIT_FAILED = 'MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c';
const FIELDS = ['UNIT', 'USER_UNIT', 'UNIT_RESULT', 'INVOCATION_ID', 'USER_INVOCATION_ID'];
/** The newest so many. */
const MOST = 20_000;

/**
 * Every failure of a unit since then that the journal still has, oldest first; also from when nobody was looking, and of units that run
 * again. Rejects when the journal cannot be read, or at the signal.
 */
export async function readJournalFailures(
  { journalctl, userId }: Place,
  since: Instant,
  signal: AbortSignal,
): Promise<UnitFailed[]> {
  const options = ['-q', '--no-pager', '-n', String(MOST), '-o', 'json', `--output-fields=${FIELDS.join(',')}`];
  // Anybody may write such an entry; it counts from systemd alone.
  const from = userId === undefined ? '_PID=1' : `_UID=${userId}`;
  const command = [journalctl, ...options, `--since=@${Math.floor(since / 1e3)}`, UNIT_FAILED, from];
  const output = await runProgram(command, { signal });
  return output.split('\n').flatMap((json) => failureOf(json, userId === undefined ? 'UNIT' : 'USER_UNIT'));
}

function failureOf(json: string, field: 'UNIT' | 'USER_UNIT'): UnitFailed[] {
  if (json === '') return [];
  const fields = JSON.parse(json) as Record<string, unknown>;
  const { [field]: name, UNIT_RESULT: result = 'unknown', __REALTIME_TIMESTAMP: microseconds } = fields;
  const run = fields.INVOCATION_ID ?? fields.USER_INVOCATION_ID;
  if (typeof name !== 'string') return [];
  const at = Math.floor(Number(microseconds) / 1e3);
  return [{ name, result: String(result), at, ...(typeof run === 'string' && { invocation: run }) }];
}
