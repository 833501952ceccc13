import { Command } from 'commander';
import { createClock } from '../collector/clock.ts';
import { SECOND } from '../model/time.ts';
import { EXIT } from './exit-codes.ts';
import { failedUnitsInWords } from './units-words.ts';

interface Options {
  readonly user?: string | true;
  readonly bus?: string;
  readonly json?: true;
}

/** Bus, systemctl and journal have so long together. */
const LONGEST_MS = 20 * SECOND;

/** `signalbox units`: what is failed now and why, from systemd itself, without a running box and without a config. */
export function unitsCommand(): Command {
  return new Command('units')
    .aliases(['unit', 'failed'])
    .description('the systemd units that are failed now: why, since when, and the last lines of their journal')
    .option('--user [name]', "those of a user's own systemd, by name or number; yours when none is named")
    .option('--bus <address>', 'where the bus listens; the usual place when left out')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      process.exitCode = await print(options);
    });
}

async function print({ user, bus, json }: Options): Promise<number> {
  const { socketOf } = await import('../exporters/systemd/bus/address.ts');
  if (bus !== undefined && socketOf(bus) === undefined) {
    console.error(`--bus: came ${JSON.stringify(bus)}, wanted a path, or an address such as unix:path=/run/bus`);
    return EXIT.usage;
  }
  const { findFailedUnits } = await import('../exporters/systemd/failed-units.ts');
  const clock = createClock();
  try {
    const found = await findFailedUnits({ user, bus }, clock, AbortSignal.timeout(LONGEST_MS));
    if (json) console.log(JSON.stringify(found, asIso));
    else for (const line of failedUnitsInWords(found, clock.now())) console.log(line);
    return found.count === 0 ? EXIT.fine : EXIT.bad;
  } catch (error) {
    console.error(`systemd cannot be asked: ${error instanceof Error ? error.message : error}`);
    return EXIT.unknown;
  }
}

function asIso(key: string, value: unknown): unknown {
  return key === 'since' && typeof value === 'number' ? new Date(value).toISOString() : value;
}
