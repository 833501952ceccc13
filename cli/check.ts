import { Command } from 'commander';
import { ConfigInvalid, loadConfig } from '../config/door.ts';
import { describeConfig, specsOf } from './config-words.ts';
import { EXIT } from './exit-codes.ts';

/** `signalbox check`: says every mistake of a config, or what it would watch. */
export function checkCommand(): Command {
  return new Command('check')
    .description('validate the config; show what would be watched, and when jobs are due')
    .argument('[config]', 'the config: a file, or a folder of fragments', 'signalbox.yml')
    .action(async (config: string) => check(config));
}

async function check(path: string): Promise<void> {
  try {
    const { config } = await loadConfig(path);
    const { lines, warnings } = await describeConfig(config, Date.now(), await specsOf(config));
    process.stdout.write(`${lines.join('\n')}\n`);
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    const count = error.mistakes.length;
    process.stderr.write(`${error.message}\n\n${count} mistake${count === 1 ? '' : 's'}; nothing would be watched\n`);
    process.exitCode = EXIT.config;
  }
}
