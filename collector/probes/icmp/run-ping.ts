import type { Clock } from '../../../model/time.ts';
import { startGroup } from '../process-group.ts';

/** What a program printed, standard output and error together, and how it ended. */
export interface Ran {
  readonly output: string;
  /** How long the system took to start it, in milliseconds. */
  readonly startedMs: number;
  /** It was killed at the signal, with all it had started. */
  readonly wasKilled: boolean;
}

const LARGEST_OUTPUT = 64 * 1024;

/** Runs a program that pings: what it said counts, however it ended, and also when the signal kills it. Rejects when it cannot be started. */
export async function runPing(command: readonly string[], signal: AbortSignal, clock: Clock): Promise<Ran> {
  const began = clock.monotonic();
  const group = await startGroup(command, { env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' }, cwd: '/' });
  const startedMs = clock.monotonic() - began;
  let output = '';
  let wasKilled = false;
  for (const stream of [group.child.stdout, group.child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      if (output.length < LARGEST_OUTPUT) output += chunk.slice(0, LARGEST_OUTPUT - output.length);
    });
  const kill = () => {
    wasKilled = true;
    group.kill('SIGKILL');
  };
  if (signal.aborted) kill();
  else signal.addEventListener('abort', kill, { once: true });
  await new Promise((resolve) => group.child.once('close', resolve));
  signal.removeEventListener('abort', kill);
  group.end();
  return { output, startedMs, wasKilled };
}
