import { sample } from '../../../model/metric.ts';
import { nodeCpu } from '../../../model/metrics/node-cpu.ts';
import type { Sample } from '../../../model/sample.ts';
import { createCpuStanding } from '../cpu-standing.ts';
import type { OpenPart } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

/** The columns of a line of /proc/stat (proc(5)); the last two are counted in the first two as well. */
const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;
const GUEST_MODES = ['user', 'nice'] as const;
const COLUMNS = MODES.length + GUEST_MODES.length;
const IDLE = MODES.indexOf('idle');
/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS = 100;
/** Idle time that goes back further than this was set anew, as when a CPU went and came back. */
const JUMP_S = 3;

interface Cpu {
  /** The greatest values seen: the kernel lets idle and iowait go back a little, and a counter may not. */
  readonly seconds: Float64Array;
  readonly labels: readonly { readonly cpu: string; readonly mode: string }[];
}

/** Where the processors' time goes, from /proc/stat, and how they stand, from /sys. */
export const openCpu: OpenPart = (host) => {
  const seen = new Map<string, Cpu>();
  const standing = createCpuStanding(host);
  return async () => {
    const [text, more] = await Promise.all([host.proc.read('stat'), standing()]);
    const samples: Sample[] = [];
    const present = new Set<string>();
    for (let at = text.indexOf('\ncpu'); at >= 0; at = text.indexOf('\ncpu', at + 1)) {
      const [name = '', ...columns] = wordsOf(text.slice(at + 4, text.indexOf('\n', at + 1)));
      present.add(name);
      let cpu = seen.get(name);
      if (cpu === undefined) {
        cpu = newCpu(name);
        seen.set(name, cpu);
      }
      advance(cpu.seconds, columns);
      addTo(samples, cpu);
    }
    for (const name of seen.keys()) if (!present.has(name)) seen.delete(name);
    return samples.concat(more);
  };
};

function newCpu(cpu: string): Cpu {
  return {
    seconds: new Float64Array(COLUMNS),
    labels: [...MODES, ...GUEST_MODES].map((mode) => ({ cpu, mode })),
  };
}

function advance(seconds: Float64Array, columns: readonly string[]): void {
  const now = (column: number) => (numberOf(columns[column]) ?? 0) / TICKS;
  if ((seconds[IDLE] ?? 0) - now(IDLE) >= JUMP_S) seconds.fill(0);
  for (let column = 0; column < COLUMNS; column++) {
    const value = now(column);
    if (value > (seconds[column] ?? 0)) seconds[column] = value;
  }
}

function addTo(samples: Sample[], { seconds, labels }: Cpu): void {
  for (let column = 0; column < COLUMNS; column++) {
    const metric = column < MODES.length ? nodeCpu.seconds : nodeCpu.guestSeconds;
    const of = labels[column];
    if (of !== undefined) samples.push(sample(metric, seconds[column] ?? 0, of));
  }
}
