import { Command } from 'commander';
import { createClock } from '../collector/clock.ts';
import { messageOf } from '../model/errors.ts';
import { type Instant, SECOND } from '../model/time.ts';
import { EXIT } from './exit-codes.ts';
import { sinceOf } from './since.ts';
import { failedUnitsInWords } from './units-words.ts';

interface Options {
  readonly user?: string | true;
  readonly bus?: string;
  readonly since?: string;
  readonly json?: true;
}

/** Bus, systemctl and journal have so long together. */
const LONGEST_MS = 20 * SECOND;

const NOT_LOGGED_IN = '; a user who is not logged in has none, unless loginctl enable-linger was said';

/** `signalbox units`: what is failed now and why, from systemd itself, without a running box and without a config. */
export function unitsCommand(): Command {
  return new Command('units')
    .aliases(['unit', 'failed'])
    .description(
      'the systemd units that are failed, or crash again and again: why, since when, the last of their journal',
    )
    .option('--user [name]', "those of a user's own systemd, by name or number; yours when none is named")
    .option('--bus <address>', 'where the bus listens; the usual place when left out')
    .option(
      '-s, --since <time>',
      'also every failure since then that the journal has: 2h, 3d, or a time such as 2026-11-20',
    )
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      process.exitCode = await print(options);
    });
}

async function print(options: Options): Promise<number> {
  const clock = createClock();
  let since: Instant | undefined;
  try {
    since = options.since === undefined ? undefined : sinceOf(options.since, clock.now());
    await checkAddress(options.bus);
  } catch (error) {
    console.error(messageOf(error));
    return EXIT.usage;
  }
  const { findFailedUnits } = await import('../exporters/systemd/failed-units.ts');
  const { user, bus } = options;
  try {
    const found = await findFailedUnits({ user, bus, since }, clock, AbortSignal.timeout(LONGEST_MS));
    if (options.json) console.log(JSON.stringify(found, inIso));
    else for (const line of failedUnitsInWords(found, clock.now(), process.stdout.columns)) console.log(line);
    return found.count + found.restarted.length === 0 ? EXIT.fine : EXIT.bad;
  } catch (error) {
    const why = messageOf(error);
    const absent = user !== undefined && bus === undefined && why.includes('ENOENT') ? NOT_LOGGED_IN : '';
    console.error(`systemd cannot be asked: ${why}${absent}`);
    return EXIT.unknown;
  }
}

async function checkAddress(bus: string | undefined): Promise<void> {
  const { socketOf } = await import('../programs/dbus/address.ts');
  if (bus === undefined || socketOf(bus) !== undefined) return;
  throw new Error(`--bus: came ${JSON.stringify(bus)}, wanted a path, or an address such as unix:path=/run/bus`);
}

function inIso(key: string, value: unknown): unknown {
  const isInstant = (key === 'since' || key === 'at') && typeof value === 'number';
  return isInstant ? new Date(value).toISOString() : value;
}
