import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { messageOf } from '../model/errors.ts';
import type { ApplianceOptions } from '../start-appliance.ts';
import { EXIT } from './exit-codes.ts';
import { version } from './version.ts';
import { hearWishes, type Wishes } from './wishes.ts';

/** By then every kind of check has been made once: what was compiled for it is kept for the next start. */
const WARM_MS = 60_000;

export function runCommand(): Command {
  return new Command('run')
    .alias('start')
    .description('run the box until it is told to stop (Ctrl-C)')
    .argument('[config]', 'the config: a file, or a folder of fragments', 'signalbox.yml')
    .option('--data <folder>', 'the state directory: one running box each', './data')
    .action(async (config: string, options: { data: string }) => run(resolve(config), resolve(options.data)));
}

async function run(config: string, data: string): Promise<void> {
  const log = (message: string) => console.error(`${new Date().toISOString().slice(0, 19)}Z ${message}`);
  // Whoever reads the log may go away; the box does not go with it.
  process.stderr.on('error', () => {});
  const wishes = hearWishes(() => {
    log('stopped at once');
    process.exit(EXIT.failed);
  });
  try {
    await serve({ config, data, version: version(), log, signal: wishes.stop }, wishes);
  } catch (error) {
    if (wishes.stop.aborted && error === wishes.stop.reason) return log('stopped before it had begun');
    console.error(messageOf(error));
    process.exitCode =
      error instanceof Error && 'code' in error && error.code === 'config-invalid' ? EXIT.config : EXIT.failed;
  }
}

async function serve(options: Omit<ApplianceOptions, 'clock'>, wishes: Wishes): Promise<void> {
  const { log } = options;
  // Loaded only now: by the time it is there, signals are heard.
  const [{ startAppliance }, { createClock }] = await Promise.all([
    import('../start-appliance.ts'),
    import('../collector/clock.ts'),
  ]);
  const appliance = await startAppliance({ ...options, clock: createClock() });
  log(`signalbox ${version()} is at ${appliance.url}`);
  setTimeout(flushCompileCache, WARM_MS).unref();
  wishes.onReload(() => void appliance.reload().catch((error: unknown) => log(String(error))));
  const why = await Promise.race([appliance.broken, aborted(wishes.stop)]);
  if (why === undefined) {
    log('stopping');
    await appliance.stop();
    return;
  }
  log(`stopping, because ${why}`);
  process.exitCode = EXIT.failed;
  // What has failed already may well fail to end in order.
  await appliance.stop().catch(() => {});
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
