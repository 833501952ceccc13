import { Command, CommanderError, Option } from 'commander';
import { EXIT } from './exit-codes.ts';
import { commands } from './index.ts';

const program = new Command('signalbox')
  .description('Watches services, keeps the numbers, publishes the status page.')
  .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
  .showSuggestionAfterError(true)
  .showHelpAfterError('(signalbox --help lists the commands)')
  .addOption(new Option('-V, --version').hideHelp())
  .exitOverride()
  .helpCommand('help [command]', 'explain a command');

for (const [group, makers] of Object.entries(commands)) {
  for (const make of makers) program.addCommand(make().helpGroup(group).exitOverride());
}

// `signalbox schema | head`: whoever reads has seen enough.
process.stdout.on('error', () => process.exit());

try {
  const args = process.argv.slice(2);
  if (args[0] === '-V' || args[0] === '--version') args[0] = 'version';
  if (args.length === 0) program.help();
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.usage;
}
