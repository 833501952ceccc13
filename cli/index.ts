import type { Command } from 'commander';
import { changesCommand } from './changes.ts';
import { checkCommand } from './check.ts';
import { dashboardsCommand } from './dashboards.ts';
import { firewallCommand } from './firewall.ts';
import { probeCommand } from './probe.ts';
import { reloadCommand } from './reload.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { unitsCommand } from './units.ts';
import { versionCommand } from './version.ts';

/** The list of all commands, by what one is doing. A command is a file beside this one, and a name here. */
export const commands: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Run it:': [runCommand, reloadCommand],
  'Look into it:': [changesCommand, firewallCommand, unitsCommand, dashboardsCommand],
  'Write its config:': [checkCommand, probeCommand, schemaCommand],
  'About:': [versionCommand],
};
