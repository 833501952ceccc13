import { type ExecFileException, execFile } from 'node:child_process';
import { oneLine } from '../model/outside-text.ts';
import { SECOND, spanInWords } from '../model/time.ts';
import { programPath } from './find-program.ts';

export interface RunOptions {
  /** It is killed when this is aborted. */
  readonly signal?: AbortSignal;
  /** It is killed when it runs longer; ten seconds when left out. */
  readonly longestMs?: number;
  /** It is killed when it prints more; 32 MB when left out. */
  readonly mostBytes?: number;
  /** What it is given to read; nothing when left out. */
  readonly input?: string;
  /** Added to its environment, which is a PATH, the C locale and UTC. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where programs are found; `programPath` when left out. */
  readonly path?: string;
  /** The folder it runs in; this process's own when left out. */
  readonly cwd?: string;
}

export type ProgramFault = 'absent' | 'not started' | 'late' | 'too long' | 'failed';

/** A program came to no good end: which in `fault`, and in words in the message. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed';
  readonly fault: ProgramFault;
  /** What it had printed. */
  readonly output: string;
  /** What it had complained of, in one line. */
  readonly complaint: string;

  constructor(words: string, fault: ProgramFault, { output = '', complaint = '' } = {}) {
    super(words);
    this.fault = fault;
    this.output = output;
    this.complaint = complaint;
  }
}

const LONGEST_MS = 10 * SECOND;
const MOST_BYTES = 32 * 1024 * 1024;

/** Runs a program to its end, without a shell, and gives what it printed. Rejects with `ProgramFailed`: at once when its time is over, killed. */
export async function runProgram(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { signal, longestMs = LONGEST_MS, mostBytes = MOST_BYTES, input, env, path = programPath(), cwd } = options;
  const [program = '', ...args] = command;
  const name = oneLine(command.join(' '), 120);
  if (signal?.aborted) throw new ProgramFailed(`${name} was called off`, 'late');
  const late = AbortSignal.timeout(longestMs);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(
    program,
    args,
    {
      env: { ...env, PATH: path, LC_ALL: 'C', TZ: 'UTC' },
      ...(cwd !== undefined && { cwd }),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      killSignal: 'SIGKILL',
      maxBuffer: mostBytes,
    },
    (error, output, errors) => {
      if (error === null) return resolve(output);
      // The kernel may hold it for ever: that is to keep nobody here from ending.
      child.unref();
      const complaint = oneLine(errors, 300);
      const [fault, why] = faultOf(error, late.aborted ? `within ${spanInWords(longestMs)}` : 'in time', mostBytes);
      const who = fault === 'absent' || fault === 'not started' ? program : name;
      const said = fault === 'failed' && complaint !== '' ? `: ${complaint}` : '';
      reject(new ProgramFailed(`${who} ${why}${said}`, fault, { output, complaint }));
    },
  );
  child.stdin?.on('error', () => {}).end(input);
  return promise;
}

function faultOf(error: ExecFileException, when: string, mostBytes: number): [ProgramFault, string] {
  const { code, signal, message } = error as ExecFileException & { readonly code?: unknown };
  if (code === 'ENOENT') return ['absent', 'is not installed'];
  if (code === 'ABORT_ERR') return ['late', `did not end ${when}`];
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return ['too long', `printed more than ${mostBytes} bytes`];
  if (typeof code === 'number' || signal) return ['failed', `ended with ${signal || `exit code ${code}`}`];
  return ['not started', `cannot be started: ${message}`];
}
