import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import type { Answer, Door } from './knock.ts';
import type { Answered, Asked, Wish } from './resident.ts';

const RESIDENT = fileURLToPath(new URL('./resident.ts', import.meta.url));

/** A process of ours in a network namespace. */
export interface Resident extends AsyncDisposable {
  /** Answers under `name` there, at every address. */
  serve(name: string, proto: 'tcp' | 'udp', port: number): Promise<void>;
  /** Who answers at each door. */
  knock(doors: readonly Door[], patienceMs: number): Promise<readonly Answer[]>;
  /** What our own exporter sees from there. */
  snapshot(dockerSocket: string): Promise<Snapshot>;
}

/** Starts a resident of the network namespace at `path`, as /var/run/netns/NAME or /proc/PID/ns/net. */
export function inhabit(path: string, env: NodeJS.ProcessEnv = process.env): Resident {
  const child = fork(RESIDENT, {
    execPath: 'nsenter',
    execArgv: [`--net=${path}`, process.execPath, '--disable-warning=ExperimentalWarning', '--max-old-space-size=128'],
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let gone: Error | undefined;
  const end = (error: Error) => {
    gone ??= error;
    for (const one of waiting.values()) one.reject(gone);
    waiting.clear();
  };
  child.on('message', ({ id, value, error }: Answered) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value);
    else one?.reject(new Error(`the resident of ${path}: ${error}`));
  });
  child.on('error', end);
  child.on('exit', (code, signal) => end(new Error(`the resident of ${path} ended: ${signal ?? code}`)));

  function ask<T>(wish: Wish): Promise<T> {
    if (gone !== undefined) return Promise.reject(gone);
    return new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      child.send({ id, wish } satisfies Asked);
    });
  }

  return {
    serve: (name, proto, port) => ask({ do: 'serve', name, proto, port }),
    async knock(doors, patienceMs) {
      const answers = await ask<(string | null)[]>({ do: 'knock', doors, patienceMs });
      return answers.map((one) => one ?? undefined);
    },
    snapshot: (dockerSocket) => ask({ do: 'snapshot', dockerSocket }),
    async [Symbol.asyncDispose]() {
      if (gone !== undefined) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
