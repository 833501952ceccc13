import type { Bus } from '../../programs/dbus/connection.ts';
import type { Value } from '../../programs/dbus/reader.ts';
import type { UnitNews } from './failures.ts';
import { newsOf } from './signals.ts';
import { type UnitRow, unitProperties } from './systemd-calls.ts';

const STATE = { Unit: ['ActiveState', 'SubState', 'Job'] };
const ENDING = { Unit: ['InvocationID'], Service: ['NRestarts', 'Result', 'ExecMainCode', 'ExecMainStatus'] };
/** A unit that changes while it is asked for is asked again, so many times. */
const TRIES = 5;

/** How a unit stands, as of one moment. `last` gives what is known of it, and whether that is newer than the row. */
export async function standingOf(
  bus: Bus,
  row: UnitRow,
  last: () => (UnitNews & { readonly fresh: boolean }) | undefined,
): Promise<UnitNews> {
  const { name, active, sub } = row;
  const calm = active === 'active' || (active === 'inactive' && last()?.restarts === undefined);
  // Of a thousand units most run as they did, or never ran: one question is enough to know it.
  if (calm && !name.endsWith('.service')) return { active, sub };
  if (calm && active === 'inactive') return { active, sub };
  if (calm) {
    const { restarts } = newsOf(await unitProperties(bus, name, { Service: ['NRestarts'] }));
    const known = last();
    if (known === undefined || (restarts === known.restarts && !known.fresh)) return { active, sub, restarts };
  }
  return inOneMoment(bus, name);
}

/** Asked in one go, with the state first and last: where both are the same, all belongs together. */
async function inOneMoment(bus: Bus, name: string): Promise<UnitNews> {
  for (let tries = 1; ; tries++) {
    const [before, ending, after] = await Promise.all([
      unitProperties(bus, name, STATE),
      unitProperties(bus, name, ENDING),
      unitProperties(bus, name, STATE),
    ]);
    const isStill = before.SubState === after.SubState && jobOf(before.Job) === jobOf(after.Job);
    if (isStill || tries === TRIES) return { ...newsOf({ ...ending, ...after }), hasJob: jobOf(after.Job) > 0 };
  }
}

/** The number of the job that is under way; 0 for none. */
function jobOf(value: Value | undefined): number {
  return Array.isArray(value) ? Number(value[0]) : 0;
}
