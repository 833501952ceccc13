import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { request } from '../collector/node-http.ts';
import { messageOf } from '../model/errors.ts';
import { EXIT } from './exit-codes.ts';

/** `signalbox reload`: tells the running box, through its admin socket, to read its config again. */
export function reloadCommand(): Command {
  return new Command('reload')
    .description('tell the running box to read its config again')
    .option('--data <folder>', 'its state directory', './data')
    .action(async ({ data }: { data: string }) => {
      const socket = join(resolve(data), 'admin.sock');
      try {
        const { mistakes = [], problems = [] } = await ask(socket, '/reload');
        for (const words of [...mistakes, ...problems]) console.error(words);
        if (mistakes.length > 0) process.exitCode = EXIT.config;
        else if (problems.length > 0) process.exitCode = EXIT.failed;
        else console.log('reloaded');
      } catch (error) {
        const why = messageOf(error);
        console.error(`no box answers at ${socket}: ${why}; one that runs elsewhere is named by --data`);
        process.exitCode = EXIT.failed;
      }
    });
}

interface Reloaded {
  readonly mistakes?: readonly string[];
  readonly problems?: readonly string[];
}

async function ask(socketPath: string, path: string): Promise<Reloaded> {
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = request({ socketPath, path, method: 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
  return JSON.parse(answer) as Reloaded;
}
