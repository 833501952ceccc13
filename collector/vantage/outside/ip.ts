import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { SECOND } from '../../../model/time.ts';

const LONGEST_MS = 5 * SECOND;

/** Runs a program to its end, at most five seconds, with text on its input; resolves to what it printed, and rejects with its complaint. */
export async function runTool(command: readonly string[], input = ''): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`, LC_ALL: 'C' },
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(`${program} is not installed`) : error),
    );
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [printed, complaint, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (end !== 'exit code 0')
    throw new Error(`${command.join(' ')} ended with ${end}: ${complaint.trim().replace(/\s+/g, ' ').slice(0, 300)}`);
  return printed;
}

/** Runs lines of ip(8) one after the other, inside a namespace when `door` leads to one. */
export async function runIp(lines: readonly string[], door: readonly string[] = []): Promise<void> {
  await runTool([...door, 'ip', '-batch', '-'], `${lines.join('\n')}\n`);
}
