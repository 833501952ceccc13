import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { startAppliance } from '../appliance.ts';
import { createClock } from '../collector/clock.ts';
import { EXIT } from './exit-codes.ts';
import { version } from './version.ts';

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
  try {
    const appliance = await startAppliance({ config, data, version: version(), clock: createClock(), log });
    log(`signalbox ${version()} is at ${appliance.url}`);
    setTimeout(flushCompileCache, WARM_MS).unref();
    process.on('SIGHUP', () => void appliance.reload().catch((error: unknown) => log(String(error))));
    await untilTold();
    log('stopping');
    await appliance.stop();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode =
      error instanceof Error && 'code' in error && error.code === 'config-invalid' ? EXIT.config : EXIT.failed;
  }
}

function untilTold(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
}
