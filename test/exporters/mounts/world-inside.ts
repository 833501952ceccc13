/** The first process of a world of mounts: it does what it is told on standard input, one order a line, and answers on standard output. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type FuseMount, type Mood, mountFuse } from './fuse.ts';

/** What the world can be told to do. */
export type Order =
  | { readonly do: 'fuse'; readonly point: string; readonly name: string }
  | { readonly do: 'mood'; readonly point: string; readonly mood: Mood }
  | { readonly do: 'waiting'; readonly point: string }
  | { readonly do: 'crash'; readonly point: string }
  | { readonly do: 'run'; readonly command: readonly string[] };

const mounted = new Map<string, FuseMount>();

async function obey(order: Order): Promise<string> {
  if (order.do === 'run') {
    const [program = '', ...args] = order.command;
    return (await promisify(execFile)(program, args)).stdout;
  }
  if (order.do === 'fuse') {
    mkdirSync(order.point, { recursive: true });
    mounted.set(order.point, await mountFuse(order.point, order.name));
    return '';
  }
  const mount = mounted.get(order.point);
  if (mount === undefined) throw new Error(`nothing is mounted at ${order.point}`);
  if (order.do === 'mood') mount.setMood(order.mood);
  else if (order.do === 'crash') mount.crash();
  else return String(mount.waiting);
  return '';
}

/** Only what a program needs stays mounted: what others mount and unmount on this machine is none of a test's business. */
function clear(): void {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '/')
    .filter((point) => !/^\/(?:$|proc|sys|dev)/.test(point) && !point.includes('\\'));
  // One that has gone with the mount that it stood on is no loss.
  for (const point of points.toReversed()) spawnSync('umount', ['--lazy', point]);
}

clear();
for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify({ said: await obey(JSON.parse(line) as Order) }));
  } catch (error) {
    console.log(JSON.stringify({ failed: String(error) }));
  }
}
process.exit(0);
