import { setImmediate } from 'node:timers/promises';
import { runProgram } from '../../programs/run-program.ts';
import type { Properties, UnitRow, Wanted } from './systemd-calls.ts';

/** So many units are read in one turn of the loop. */
const SLICE = 200;
const ROW = ['Id', 'LoadState', 'ActiveState', 'SubState'];

/**
 * Asks systemd through its program, where the bus does not answer: as root it has a way of its own. `systemctl show` prints the same
 * on every version since 2010, other than its tables. Rejects when the program is missing, fails, or at the signal.
 */
export async function showUnits(program: string, names: readonly string[], signal: AbortSignal): Promise<UnitRow[]> {
  const rows: UnitRow[] = [];
  const asked = names.length === 0 ? ['--all', '*'] : ['--', ...names];
  const output = await runProgram([program, 'show', '-p', ROW.join(','), ...asked], { signal });
  for (const block of output.split('\n\n')) {
    const {
      Id = '',
      LoadState = '',
      ActiveState = '',
      SubState = '',
    } = readProperties(block) as Record<string, string>;
    if (Id !== '') rows.push({ name: Id, load: LoadState, active: ActiveState, sub: SubState });
    if (rows.length % SLICE === 0) await setImmediate();
  }
  return rows;
}

/** Properties of each of these units, as texts, in their order. */
export async function showDetails(
  program: string,
  names: readonly string[],
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Properties[]> {
  if (names.length === 0) return [];
  const properties = Object.values(wanted).flat().join(',');
  const output = await runProgram([program, 'show', '-p', properties, '--', ...names], { signal });
  return output.split('\n\n').map(readProperties);
}

/** Properties of the manager, as texts. */
export async function showManager(program: string, names: readonly string[], signal: AbortSignal): Promise<Properties> {
  return readProperties(await runProgram([program, 'show', '-p', names.join(',')], { signal }));
}

function readProperties(block: string): Properties {
  const found: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) found[line.slice(0, at)] = line.slice(at + 1);
  }
  return found;
}
