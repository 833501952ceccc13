import type { Finding, Verdict } from '../../../model/finding.ts';
import type { Probe, ProbeContext } from '../../../model/probe.ts';
import { type Ours, ours, quote, quoteAfter, type Reason, reason, target, targetAfter } from '../../../model/reason.ts';
import { reveal, secretsIn } from '../../../model/secret.ts';
import { spanInWords } from '../../../model/time.ts';
import { type ProcessGroup, startGroup } from '../process-group.ts';
import type { ExecSpec } from './exec.ts';
import { keepOutput } from './output.ts';

/** How long a program has between SIGTERM and SIGKILL, and its output after its end to be read: together less than the runner waits. */
const TERM_MS = 500;
const DRAIN_MS = 200;

/** What a program needs of our own environment. Our secrets are not among it. */
const PASSED = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR)$/;

/** Runs a program: exit 0 is up, 1 degraded, anything else down; its first line is the reason. */
export const probe: Probe<ExecSpec> = async (spec, context) => {
  const program = spec.command[0] ?? '';
  context.trace?.('run', spec.command.join(' '));
  let group: ProcessGroup;
  try {
    group = await startGroup(spec.command, { env: environment(spec), cwd: spec.cwd ?? '/' });
  } catch (fault) {
    return { verdict: 'unknown', reason: cannotStart(program, spec.cwd, fault as NodeJS.ErrnoException) };
  }
  try {
    return await watch(group, program, context, secretsIn(spec));
  } finally {
    group.end();
  }
};

async function watch(
  group: ProcessGroup,
  program: string,
  context: ProbeContext,
  secrets: ReadonlySet<string>,
): Promise<Finding> {
  const stdout = keepOutput(group.child.stdout, secrets);
  const stderr = keepOutput(group.child.stderr, secrets);
  const end = await ended(group, context);
  const how = endInWords(end, context.timeoutMs);
  const output = Object.entries({ stdout: stdout.text(), stderr: stderr.text() }).filter(([, text]) => text !== '');
  context.trace?.('ended', how);
  for (const [name, text] of output) context.trace?.(name, text);
  const said = stdout.firstLine() || stderr.firstLine();
  // What it said explains an exit code; of a program that was killed it is only what it said last.
  const why =
    end.code === null || end.overdue
      ? reason`${target(program, 'the program')} ${how}`
      : said === ''
        ? reason`${targetAfter('', `${program}: `)}${how}`
        : [quote(said, end.code === 0 ? '' : how)];
  const verdict = verdictOf(end);
  return verdict === 'up'
    ? { verdict, reason: why }
    : { verdict, reason: why, evidence: { ended: how, ...Object.fromEntries(output) } };
}

function verdictOf({ code, overdue }: End): Verdict {
  if (overdue || code === null) return 'down';
  return code === 0 ? 'up' : code === 1 ? 'degraded' : 'down';
}

function endInWords({ code, signal, overdue }: End, timeoutMs: number): Ours {
  if (overdue) return ours(`did not end within ${spanInWords(timeoutMs)} and was stopped`);
  return ours(signal === null ? `exit code ${code}` : `killed by ${signal}`);
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly overdue: boolean;
}

/** Waits for the program's end; at the deadline its whole group is told to end, and soon after killed. */
function ended(group: ProcessGroup, { signal: deadline }: ProbeContext): Promise<End> {
  return new Promise((resolve) => {
    let overdue = false;
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      overdue = true;
      group.kill('SIGTERM');
      timer = setTimeout(() => group.kill('SIGKILL'), TERM_MS);
    };
    group.child.once('exit', (code, signal) => {
      deadline.removeEventListener('abort', stop);
      clearTimeout(timer);
      // Something it left behind may hold its output open for ever.
      const done = () => {
        clearTimeout(timer);
        resolve({ code, signal, overdue });
      };
      timer = setTimeout(done, DRAIN_MS);
      group.child.once('close', done);
    });
    if (deadline.aborted) stop();
    else deadline.addEventListener('abort', stop, { once: true });
  });
}

function environment(spec: ExecSpec): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && PASSED.test(name)) env[name] = value;
  for (const [name, value] of Object.entries(spec.env ?? {})) env[name] = reveal(value);
  return env;
}

function cannotStart(program: string, cwd: string | undefined, { code, message }: NodeJS.ErrnoException): Reason {
  const start = reason`cannot start ${target(program, 'the program')}`;
  const folder = cwd === undefined ? [] : reason`, or its folder${targetAfter(' ', cwd)} was not`;
  if (code === 'ENOENT') return reason`${start}: it was not found${folder}`;
  if (code === 'EACCES') return reason`${start}: there is no right to run it`;
  return reason`${start}${quoteAfter(': ', code ?? message)}`;
}
