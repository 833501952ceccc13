import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../collector/victoriametrics/port.ts';

const PROGRAM = 'prometheus-blackbox-exporter';
const CHECKS = 3000;
const WARM = 500;
const AT_ONCE = 10;
const MODULES = 'modules: { web: { prober: http, timeout: 5s, http: { preferred_ip_protocol: ip4 } } }\n';
/** What /proc counts in: USER_HZ, proc(5), on every Linux that Node runs on. */
const TICK_US = 10_000;

/** Microseconds of processor time that blackbox_exporter takes for a request of `url`; undefined where it is not installed. */
export async function blackboxCost(url: string): Promise<number | undefined> {
  const program = findProgram();
  if (program === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-blackbox-'));
  const port = await freePort(0);
  const config = join(folder, 'blackbox.yml');
  await writeFile(config, MODULES);
  const child = spawn(
    program,
    [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
    { stdio: 'ignore' },
  );
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const probe = () => ask(`http://127.0.0.1:${port}/probe?module=web&target=${encodeURIComponent(url)}`, agent);
  const run = async (count: number) => {
    for (let done = 0; done < count; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, probe));
  };
  try {
    while (!(await probe().catch(() => false))) await pause(50);
    await run(WARM);
    const before = ticksOf(child.pid);
    await run(CHECKS);
    return ((ticksOf(child.pid) - before) * TICK_US) / CHECKS;
  } finally {
    agent.destroy();
    child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function findProgram(): string | undefined {
  const unpacked = join(dirname(import.meta.dirname), '.cache/programs/usr/bin');
  const folders = [...(process.env.PATH ?? '').split(delimiter), unpacked];
  return folders.map((folder) => join(folder, PROGRAM)).find((path) => existsSync(path));
}

/** Whether the probe was a success. */
function ask(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { agent }, (response) => {
      let page = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        page += text;
      });
      response.on('end', () => resolve(/^probe_success 1$/m.test(page)));
    });
    asked.on('error', reject);
  });
}

/** User and system time of a process: fields 14 and 15 of /proc/PID/stat. */
function ticksOf(pid = 0): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
