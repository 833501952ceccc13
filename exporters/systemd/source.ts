import { messageOf } from '../../model/errors.ts';
import type { Bus } from '../../programs/dbus/connection.ts';
import { ProgramFailed } from '../../programs/run-program.ts';
import { showDetails, showManager, showUnits } from './systemctl.ts';
import {
  forEach,
  listUnits,
  listUnitsByNames,
  managerProperties,
  type Properties,
  type UnitRow,
  unitProperties,
  type Wanted,
} from './systemd-calls.ts';

const NOT_HERE = 'systemd does not run here; in a container, name the bus of the host';

/** One way to ask systemd; both give the same. */
export interface Source {
  readonly kind: 'bus' | 'systemctl';
  /** All units in memory. */
  units(): Promise<readonly UnitRow[]>;
  /** These units, loaded if need be; those that do not exist have the load state `not-found`. */
  named(names: readonly string[]): Promise<readonly UnitRow[]>;
  /** Properties of each of these units, in their order. */
  details(names: readonly string[], wanted: Wanted): Promise<readonly Properties[]>;
  manager(names: readonly string[]): Promise<Properties>;
}

/**
 * Asks over the bus, and where that does not answer, through systemctl. Rejects in words when neither can, or at the
 * signal.
 */
export async function ask<T>(
  connect: () => Promise<Bus>,
  systemctl: string | undefined,
  signal: AbortSignal,
  question: (source: Source) => Promise<T>,
): Promise<T> {
  try {
    return await untilAborted(signal, async () => question(overBus(await connect())));
  } catch (error) {
    if (systemctl === undefined || signal.aborted) throw error;
    try {
      return await question(throughProgram(systemctl, signal));
    } catch (second) {
      if (second instanceof ProgramFailed && /not been booted with systemd/.test(second.complaint))
        throw new Error(NOT_HERE);
      throw new Error(`${messageOf(error)}; ${messageOf(second)}`);
    }
  }
}

function overBus(bus: Bus): Source {
  return {
    kind: 'bus',
    units: () => listUnits(bus),
    named: (names) => listUnitsByNames(bus, names),
    async details(names, wanted) {
      const found: Properties[] = [];
      await forEach([...names.entries()], async ([index, name]) => {
        found[index] = await unitProperties(bus, name, wanted);
      });
      return found;
    },
    manager: (names) => managerProperties(bus, names),
  };
}

function throughProgram(program: string, signal: AbortSignal): Source {
  return {
    kind: 'systemctl',
    units: () => showUnits(program, [], signal),
    named: (names) => showUnits(program, names, signal),
    details: (names, wanted) => showDetails(program, names, wanted, signal),
    manager: (names) => showManager(program, names, signal),
  };
}

/** Rejects when the signal is aborted, with what is then being waited for left to its own deadline. */
async function untilAborted<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(new Error('systemd did not answer in time'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([act(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
