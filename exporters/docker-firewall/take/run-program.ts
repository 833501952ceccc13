import { spawn } from 'node:child_process';
import { SECOND } from '../../../model/time.ts';

/** What a program printed, and in words why that is not all. */
export interface Printed {
  readonly text: string;
  readonly why?: string;
}

/** How the words for a program that is not there end. */
export const NOT_INSTALLED = 'is not installed';

const LONGEST_MS = 5 * SECOND;
const LIMIT_BYTES = 32 * 1024 * 1024;

/** Administrators' programs are found also where PATH leaves them out, and speak English. */
const ENVIRONMENT = {
  PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`,
  LC_ALL: 'C',
};

/** Runs a program to its end: at most five seconds, at most 32 MB of output. Never rejects. */
export function runProgram(command: readonly string[], signal: AbortSignal): Promise<Printed> {
  const [program = '', ...args] = command;
  const name = command.join(' ');
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: Buffer[] = [];
    let length = 0;
    let complaint = '';
    let why: string | undefined;
    const end = (reason: string) => {
      why ??= reason;
      child.kill('SIGKILL');
    };
    const abort = () => end(`${name} was called off`);
    const timer = setTimeout(() => end(`${name} did not end within ${LONGEST_MS / SECOND} s`), LONGEST_MS);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (part: Buffer) => {
      length += part.length;
      if (length > LIMIT_BYTES) end(`${name} printed more than ${LIMIT_BYTES} bytes`);
      else parts.push(part);
    });
    child.stderr.on('data', (part: Buffer) => {
      if (complaint.length < 300) complaint += part.toString();
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      why ??=
        error.code === 'ENOENT' ? `${program} ${NOT_INSTALLED}` : `${program} cannot be started: ${error.message}`;
    });
    child.once('close', (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      if (why === undefined && code !== 0)
        why = `${name} ended with ${killedBy ?? `exit code ${code}`}: ${oneLine(complaint)}`;
      const text = Buffer.concat(parts).toString();
      resolve(why === undefined ? { text } : { text, why });
    });
  });
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ').slice(0, 300);
}
