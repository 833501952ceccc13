import { execFile, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClock } from '../../../../collector/clock.ts';
import { holdNamespace } from '../../../../collector/vantage/outside/namespace.ts';

/** A network of the test's own that plays the whole machine: nothing is made on the real one. */
export interface Machine {
  /** The command that leads there. */
  readonly door: readonly string[];
  /** Runs a program on it, and gives what it printed. */
  run(...command: readonly string[]): Promise<string>;
  /** Starts one of these test programs on it. */
  start(program: string, ...args: readonly string[]): ReturnType<typeof spawn>;
  links(): Promise<string[]>;
}

export async function aMachine(t: TestContext): Promise<Machine> {
  const namespace = await holdNamespace(createClock());
  t.after(() => namespace.end());
  const [program = '', ...door] = namespace.door;
  const run = async (...command: readonly string[]) =>
    (await promisify(execFile)(program, [...door, ...command], { timeout: 120_000 })).stdout;
  await run('ip', 'link', 'set', 'lo', 'up');
  return {
    door: namespace.door,
    run,
    start(name, ...args) {
      const path = fileURLToPath(new URL(name, import.meta.url));
      const child = spawn(program, [...door, process.execPath, path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
      t.after(() => child.kill('SIGKILL'));
      return child;
    },
    async links() {
      const links = JSON.parse(await run('ip', '-j', 'link', 'show')) as { ifname: string }[];
      return links.map(({ ifname }) => ifname);
    },
  };
}
