/**
 * Every exporter, as the box runs them, in a process of its own: collecting every five seconds of a clock that skips the waiting. Says at the end, as one
 * line of JSON, what the process held early and late.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { createExports, type ExportsOptions } from '../../collector/exports.ts';
import { createOutsideDoor } from '../../collector/vantage/outside/outside.ts';
import { exporterKinds } from '../../exporters/index.ts';
import { SECOND } from '../../model/time.ts';
import { SkippingClock } from './skipping-clock.ts';

/** What the box is told as its one argument. */
export interface RoundsOrder {
  /** A folder of its own. */
  readonly folder: string;
  /** Settings by exporter, as the config has them. */
  readonly exporters: Readonly<Record<string, object>>;
  readonly rounds: number;
}

/** What a process holds once its garbage is collected. */
export interface Held {
  readonly heapBytes: number;
  readonly files: number;
  readonly timersAndHandles: number;
  readonly children: number;
  /** What its children hold, in bytes. */
  readonly childrenBytes: number;
}

export interface RoundsSaid {
  readonly early: Held;
  readonly late: Held;
  /** How often each collected. */
  readonly collected: Readonly<Record<string, number>>;
  readonly failed: readonly string[];
  readonly troubles: readonly string[];
  readonly changes: number;
}

const EVERY_MS = 5 * SECOND;
const PAGE_BYTES = 4096;
declare const gc: () => void;

const { folder, exporters, rounds } = JSON.parse(process.argv[2] ?? '') as RoundsOrder;
const clock = new SkippingClock();
const outside = createOutsideDoor(clock);
const collected: Record<string, number> = {};
const failed: string[] = [];
const troubles: string[] = [];
let active = 0;
let changes = 0;

/** The kinds as they are; whoever collects is counted, because the clock may skip only while nobody does. */
const kinds: ExportsOptions['kinds'] = Object.fromEntries(
  Object.entries(exporterKinds).map(([name, kind]) => [
    name,
    {
      job: kind.job,
      open: async () => {
        const open = await kind.open();
        return async (settings: never, context) => {
          const exporter = await open(settings, context);
          const collect = async (signal: AbortSignal) => {
            active++;
            try {
              return await exporter.collect(signal);
            } finally {
              active--;
            }
          };
          return { ...exporter, collect };
        };
      },
    } satisfies ExportsOptions['kinds'][string],
  ]),
);

const box = createExports({
  clock,
  kinds,
  instance: 'box',
  stateFolder: join(folder, 'state'),
  outside: outside.open,
  changed: async (more) => {
    changes += more.length;
  },
  log: (message) => troubles.push(message),
  sink: {
    offer(samples) {
      for (const { name, value, labels } of samples) {
        const { exporter = '' } = labels;
        if (name !== 'signalbox_exporter_up') continue;
        collected[exporter] = (collected[exporter] ?? 0) + 1;
        if (value !== 1) failed.push(`${exporter} at its ${collected[exporter]}th: ${troubles.at(-1)}`);
      }
    },
    end() {},
  },
});

/** What happens on a machine: a text file is written anew, at times broken; a package and a unit change. */
async function live(round: number): Promise<void> {
  const text = round % 50 === 49 ? 'half of a' : `# TYPE trains gauge\ntrains{line="${round % 20}"} ${round}\n`;
  await writeFile(join(folder, 'text.part'), text);
  await rename(join(folder, 'text.part'), join(folder, 'text/game.prom'));
  const time = new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ');
  await appendFile(join(folder, 'root/var/log/dpkg.log'), `${time} upgrade tool:all ${round} ${round + 1}\n`);
  await writeFile(join(folder, 'root/etc/systemd/system/tool.service'), `[Service]\nExecStart=/bin/echo ${round}\n`);
}

async function play(count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    await live(round);
    const before = { ...collected };
    await clock.skip(EVERY_MS);
    const isOver = () =>
      active === 0 && Object.keys(exporters).every((name) => (collected[name] ?? 0) > (before[name] ?? 0));
    while (!isOver()) await wait(5);
  }
}

async function held(): Promise<Held> {
  // What is under way beside the rounds holds a few megabytes for a moment: the least of some rounds is what stays.
  let heapBytes = Number.POSITIVE_INFINITY;
  for (let times = 0; times < 10; times++) {
    await play(1);
    await setImmediate();
    gc();
    heapBytes = Math.min(heapBytes, process.memoryUsage().heapUsed + process.memoryUsage().external);
  }
  const children = childrenOf('self');
  return {
    heapBytes,
    files: readdirSync('/proc/self/fd').length,
    timersAndHandles: process.getActiveResourcesInfo().length,
    children: children.length,
    childrenBytes: children.reduce((sum, pid) => sum + residentBytes(pid), 0),
  };
}

function childrenOf(pid: string): string[] {
  const own = readText(`/proc/${pid}/task/${pid === 'self' ? process.pid : pid}/children`)
    .split(' ')
    .filter((one) => one !== '');
  return own.flatMap((one) => [one, ...childrenOf(one)]);
}

/** Field 2 of /proc/PID/statm, proc_pid_statm(5). */
function residentBytes(pid: string): number {
  return Number(readText(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE_BYTES;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}

for (const one of ['text', 'state', 'root/var/log', 'root/etc/systemd/system'])
  await mkdir(join(folder, one), { recursive: true });
const list = await Promise.all(
  Object.entries(exporters).map(async ([name, written]) => {
    const settings = (await exporterKinds[name]?.settings())?.schema.parse(written);
    return { name, everyMs: EVERY_MS, settings };
  }),
);
await box.configure({ exporters: list });
await play(rounds / 4);
const early = await held();
await play((rounds / 4) * 3);
const late = await held();
await box.stop();
await outside.stop();
const said: RoundsSaid = { early, late, collected, failed, troubles, changes };
// What leaked might keep the process from ending, and nobody would read why.
process.stdout.write(`${JSON.stringify(said)}\n`, () => process.exit(0));
