import type { Command } from 'commander';
import { runCommand } from './run.ts';
import { versionCommand } from './version.ts';

/** The list of all commands, by what one is doing. A command is a file beside this one, and a name here. */
export const commands: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Run it:': [runCommand],
  'About:': [versionCommand],
};
