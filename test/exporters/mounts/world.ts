import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { Mood } from './fuse.ts';
import type { Order } from './world-inside.ts';

/** Namespaces with mounts of their own: what hangs there hangs nobody else, and all is gone when the test is over. */
export interface World {
  /** Its first process, seen from outside. */
  readonly pid: string;
  /** Its root, seen from outside. */
  readonly root: string;
  /** An empty folder inside, in memory. */
  readonly folder: string;
  /** Mounts a FUSE file system in the folder, and tells where. */
  fuse(name: string): Promise<string>;
  setMood(point: string, mood: Mood): Promise<void>;
  /** How many wait for it to answer, as its program sees it. */
  waiting(point: string): Promise<number>;
  /** Its program dies, the mount stays. */
  crash(point: string): Promise<void>;
  /** Runs a program inside; fails with its words. */
  run(...command: string[]): Promise<string>;
}

/** Makes a world, or skips the test where there is no right to. */
export async function makeWorld(t: TestContext): Promise<World | undefined> {
  const missing = whatIsMissing();
  if (missing !== undefined) {
    if (process.env.CI) throw new Error(`a test needs ${missing}`);
    t.skip(`needs ${missing}`);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-mounts-'));
  const inside = join(import.meta.dirname, 'world-inside.ts');
  const namespaces = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];
  const child = spawn('unshare', [...namespaces, '--', process.execPath, inside], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '128' },
  });
  t.after(async () => {
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
    await rmdir(folder);
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tell = async (order: Order): Promise<string> => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    const { value } = await answers.next();
    const { said, failed } = JSON.parse(value ?? '{"failed":"the world is gone"}') as {
      said?: string;
      failed?: string;
    };
    return said ?? assert.fail(failed);
  };
  const run = (...command: string[]) => tell({ do: 'run', command });
  await run('mount', '-t', 'tmpfs', 'world', folder);
  await run('mount', '-t', 'fusectl', 'none', '/sys/fs/fuse/connections');
  const pid = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  return {
    pid,
    root: `/proc/${pid}/root`,
    folder,
    async fuse(name) {
      const point = join(folder, name);
      await tell({ do: 'fuse', point, name });
      return point;
    },
    setMood: async (point, mood) => void (await tell({ do: 'mood', point, mood })),
    waiting: async (point) => Number(await tell({ do: 'waiting', point })),
    crash: async (point) => void (await tell({ do: 'crash', point })),
    run,
  };
}

function whatIsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'root';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return '/dev/fuse';
  }
}
