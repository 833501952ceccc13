import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A started program: the leader of a process group of its own, so that whatever it starts ends with it. */
export interface ProcessGroup {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Sends a signal to every process of the group. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** The group is over: kills what is left of it and forgets it. */
  end(): void;
}

/** The groups that run now. The process that started them must not go without them. */
const running = new Map<number, ProcessGroup>();

/** Told when a group begins and when it is over, so that somebody else can end it if this process is killed. */
let watcher: ((group: number, runs: boolean) => void) | undefined;

export function watchGroups(tell: (group: number, runs: boolean) => void): void {
  watcher = tell;
}

/** Kills every group that still runs, at once. */
export function endAllGroups(): void {
  for (const group of [...running.values()]) group.end();
}

/** Starts a program in a group of its own. Resolves once it runs; rejects with the system's error when it cannot be started. */
export function startGroup(
  command: readonly string[],
  options: { readonly env: Record<string, string>; readonly cwd: string },
): Promise<ProcessGroup> {
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    if (pid === undefined) return;
    const group: ProcessGroup = {
      child,
      kill: (signal) => killGroup(pid, signal),
      end() {
        killGroup(pid, 'SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
        if (running.delete(pid)) watcher?.(pid, false);
      },
    };
    running.set(pid, group);
    watcher?.(pid, true);
    resolve(group);
  });
}

/** Sends a signal to a whole process group; one that is gone is no mistake. */
export function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {}
}
