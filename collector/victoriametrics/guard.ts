import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Runs a program that ends when we end, whatever ends us. The kernel closes our end of the guard's standard input when
 * this process is gone, SIGKILL included; there is no moment in which that could be missed, as there is between fork
 * and PR_SET_PDEATHSIG. Plain POSIX shell, as Debian's dash and Alpine's busybox have it. The program gets a session of
 * its own, so Ctrl-C in a terminal reaches only us and we end it in order.
 */
const GUARD = `
exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
{ read -r _ <&3; kill -TERM $program; sleep 10; kill -KILL $program; } >/dev/null 2>&1 &
watch=$!
exec 3<&-
trap : TERM INT HUP
while :; do wait $program; code=$?; kill -0 $program 2>/dev/null || break; done
kill $watch 2>/dev/null
exit $code
`;

/** A program under the guard. */
export interface Guarded {
  readonly process: ChildProcess;
  /** Resolves when it has ended, with how: `exit 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Asks it to end (SIGTERM), insists after 10 s (SIGKILL), and resolves when it has. */
  end(): Promise<void>;
}

/** Starts `argv` under the guard, with PATH and `env` as its whole environment. Its output is read by the caller from `process.stdout` and `stderr`. */
export function startGuarded(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Guarded {
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', ...argv], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env.PATH, ...env },
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  child.stdin?.on('error', () => {});
  return {
    process: child,
    ended: ended.finally(() => killGroup(child.pid)),
    async end() {
      child.stdin?.end();
      const timer = setTimeout(() => killGroup(child.pid), 11_000);
      try {
        await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The guard and whatever it started; it leads a process group of its own, so nothing else can be meant. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {}
}
