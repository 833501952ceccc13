import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import runtime from '../cli/runtime.json' with { type: 'json' };
import { writeLargeMachine } from './host-machine.ts';
import { nodeExporterCost } from './node-exporter.ts';
import { atMost, type Row, shown, told } from './row.ts';

const TIMES = 300;
const TIMES_LARGE = 60;
const TURN_MS = 10;

/** What `host-collect.ts` prints: milliseconds of processor time, samples, bytes. */
interface Cost {
  readonly collecting: number;
  readonly withPage: number;
  readonly turnMs: number;
  readonly samples: number;
  readonly memory: number;
}

/** Processor time of a collection of the host beside node_exporter's, here and on a machine with 256 CPUs. Half a minute. */
export async function rows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-host-'));
  try {
    await writeLargeMachine(folder);
    return [...(await besideNodeExporter('', TIMES)), ...(await besideNodeExporter(folder, TIMES_LARGE))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function besideNodeExporter(tree: string, times: number): Promise<Row[]> {
  const cost = collect(tree, times);
  const peer = await nodeExporterCost(tree, times);
  const where = tree === '' ? 'this machine' : '256 CPUs';
  const what = `host, ${where}: processor time of a collection`;
  const beside = `with a page written ${shown(cost.withPage, 'ms')}`;
  return [
    peer === undefined
      ? told(what, shown(cost.collecting, 'ms'), `node_exporter is absent; ${beside}`)
      : atMost(what, cost.collecting, peer, 'ms', `node_exporter ${shown(peer, 'ms')}; ${beside}`),
    atMost(
      `host, ${where}: longest turn of the loop, its processor time`,
      cost.turnMs,
      TURN_MS,
      'ms',
      `${cost.samples} samples, ${shown(cost.memory / 1e6, 'MB')} more resident`,
    ),
  ];
}

/** In a process of its own, with the flags of the box. */
function collect(tree: string, times: number): Cost {
  const program = fileURLToPath(new URL('host-collect.ts', import.meta.url));
  const run = spawnSync(process.execPath, [...runtime.flags, program, tree, String(times)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...runtime.environment },
    timeout: 120_000,
  });
  if (run.status !== 0) throw new Error(`host-collect.ts ended with ${run.status ?? run.signal}`);
  return JSON.parse(run.stdout);
}
