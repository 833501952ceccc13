import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DockerFirewallSettings } from '../../../exporters/docker-firewall/settings.ts';
import type { Sample } from '../../../model/sample.ts';
import type { Said } from './box.ts';

const BOX = fileURLToPath(new URL('./box.ts', import.meta.url));
const PATIENCE_MS = 90_000;

/** A running exporter in a network namespace. */
export interface Box extends AsyncDisposable {
  readonly pid: number;
  /** Has it look now; gives what the look said. */
  look(): Promise<Said>;
  /** Waits for a look of which this is true, and gives it. */
  until(wanted: string, fits: (said: Said) => boolean): Promise<Said>;
  /** Ends as at a SIGKILL. */
  kill(): Promise<void>;
}

/** Starts it behind `door`, the command that leads to its network. */
export function startBox(
  door: readonly string[],
  folder: string,
  settings: DockerFirewallSettings,
  env: NodeJS.ProcessEnv = process.env,
): Box {
  const [program = '', ...args] = [...door, process.execPath, BOX, folder, JSON.stringify(settings)];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const ended = once(child, 'exit');
  const unread: Said[] = [];
  let wake = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    unread.push(JSON.parse(line) as Said);
    wake();
  });
  async function until(wanted: string, fits: (said: Said) => boolean): Promise<Said> {
    const overAt = performance.now() + PATIENCE_MS;
    let last: Said | undefined;
    for (;;) {
      const said = unread.shift();
      if (said !== undefined && fits(said)) return said;
      if (said !== undefined) last = said;
      else if (performance.now() > overAt)
        throw new Error(`it never said ${wanted}; the last was ${JSON.stringify({ ...last, samples: '…' })}`);
      else
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 500);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
    }
  }
  return {
    pid: child.pid ?? 0,
    look() {
      child.stdin.write('look\n');
      return until('anything when told', ({ because }) => because === 'told');
    },
    until,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** The value of one series; undefined when there is none. */
export function seriesOf(
  { samples }: Said,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return samples.find(
    (one: Sample) =>
      one.name === name && Object.entries(labels).every(([label, wanted]) => one.labels[label] === wanted),
  )?.value;
}
