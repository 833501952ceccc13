import { spawn } from 'node:child_process';

const LARGEST_OUTPUT = 8 * 1024 * 1024;

/** Runs a program without a shell and gives its output. Rejects when it cannot be started, fails, says more than 8 MB, or at the signal, killed. */
export function runProgram(program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const env = {
    PATH: `${process.env.PATH ?? ''}:/usr/bin:/bin`,
    LC_ALL: 'C',
    TZ: 'UTC',
    SYSTEMD_PAGER: '',
    SYSTEMD_COLORS: '0',
  };
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const output: Buffer[] = [];
  let length = 0;
  let complaint = '';
  const kill = () => child.kill('SIGKILL');
  const fail = (why: string) => {
    kill();
    reject(new Error(`${program} ${why}`));
  };
  const late = () => fail('did not end in time');
  signal.addEventListener('abort', late, { once: true });
  child.stdout.on('data', (chunk: Buffer) => {
    output.push(chunk);
    length += chunk.length;
    if (length > LARGEST_OUTPUT) fail(`said more than ${LARGEST_OUTPUT} bytes`);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 500) complaint += text;
  });
  child.on('error', (error: NodeJS.ErrnoException) =>
    fail(error.code === 'ENOENT' ? 'is not installed' : `cannot be started: ${error.message}`),
  );
  child.on('close', (code) => {
    signal.removeEventListener('abort', late);
    if (code === 0) resolve(Buffer.concat(output).toString('utf8'));
    else reject(new Error(`${program} failed: ${complaint.trim().split('\n')[0] || `exit code ${code}`}`));
  });
  return promise;
}
