import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../collector/victoriametrics/port.ts';
import { PART_NAMES } from '../exporters/host/part-names.ts';

const PROGRAM = 'prometheus-node-exporter';
/** What /proc counts in: USER_HZ, proc(5), on every Linux that Node runs on. */
const TICK_MS = 10;

/** Milliseconds of processor time that node_exporter takes for a page, with the collectors that we have; undefined where it is not installed. */
export async function nodeExporterCost(tree: string, times: number): Promise<number | undefined> {
  const unpacked = join(dirname(import.meta.dirname), '.cache/programs/usr/bin');
  const folders = [...(process.env.PATH ?? '').split(delimiter), unpacked];
  const program = folders.map((folder) => join(folder, PROGRAM)).find((path) => existsSync(path));
  if (program === undefined) return undefined;
  const port = await freePort(0);
  const child = spawn(
    program,
    [
      `--web.listen-address=127.0.0.1:${port}`,
      `--path.procfs=${tree}/proc`,
      `--path.sysfs=${tree}/sys`,
      '--log.level=error',
      '--collector.disable-defaults',
      '--web.disable-exporter-metrics',
      ...PART_NAMES.map((name) => `--collector.${name}`),
    ],
    { stdio: 'ignore' },
  );
  const scrape = async () => (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).length;
  try {
    for (let tries = 0; (await scrape().catch(() => 0)) === 0; tries++) {
      if (tries > 100) throw new Error(`${program} does not answer`);
      await pause(50);
    }
    for (let time = 0; time < times / 4; time++) await scrape();
    const before = ticksOf(child.pid);
    for (let time = 0; time < times; time++) await scrape();
    return ((ticksOf(child.pid) - before) * TICK_MS) / times;
  } finally {
    child.kill();
  }
}

/** User and system time of a process: fields 14 and 15 of /proc/PID/stat. */
function ticksOf(pid = 0): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
