import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock } from '../../model/time.ts';

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 50;

/**
 * Ends a VictoriaMetrics that an earlier box left behind on this data folder, as when its guard was killed too; it would
 * hold the folder's lock for ever. Whoever calls this has the state directory to itself, so it can be nobody else's.
 */
export async function endLeftBehind(dataFolder: string, clock: Clock): Promise<void> {
  const pids = await serversOn(dataFolder);
  for (const pid of pids) send(pid, 'SIGTERM');
  const patienceEnds = clock.monotonic() + PATIENCE_MS;
  for (const pid of pids) {
    while (send(pid, 0)) {
      if (clock.monotonic() > patienceEnds) send(pid, 'SIGKILL');
      await new Promise<void>((resolve) => void clock.after(LOOK_EVERY_MS, resolve));
      if (!(await isServerOn(pid, dataFolder))) break;
    }
  }
}

/** By proc(5); where there is none, none is found. */
async function serversOn(dataFolder: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found: number[] = [];
  for (const pid of pids) if (await isServerOn(pid, dataFolder)) found.push(pid);
  return found;
}

async function isServerOn(pid: number, dataFolder: string): Promise<boolean> {
  const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  return basename(argv[0] ?? '').startsWith('victoria-metrics') && argv.includes(`-storageDataPath=${dataFolder}`);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
