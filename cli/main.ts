import { Command, CommanderError, Option } from 'commander';
import { messageOf } from '../model/errors.ts';
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
  for (const make of makers) program.addCommand(make().helpGroup(group).copyInheritedSettings(program));
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `signalbox schema | head`: whoever reads has seen enough. Ends as SIGPIPE would end others; process.exit() was seen to
  // wait for ever here, for a compilation under way.
  if (error.code === 'EPIPE') process.kill(process.pid, 'SIGTERM');
  console.error(`what it says cannot be written: ${error.message}`);
  process.exitCode = EXIT.failed;
});

try {
  const args = process.argv.slice(2);
  if (args[0] === '-V' || args[0] === '--version') args[0] = 'version';
  if (args.length === 0) program.help();
  // Else help for a command that is not there would be the help for all, without a word about it.
  if (args[0] === 'help' && args[1] !== undefined && !isCommand(args[1])) args.shift();
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  else {
    console.error(messageOf(error));
    process.exitCode = EXIT.failed;
  }
}

function isCommand(name: string): boolean {
  return program.commands.some((one) => one.name() === name || one.aliases().includes(name));
}
