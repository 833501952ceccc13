import { sample } from '../../../model/metric.ts';
import { nodeMd } from '../../../model/metrics/node-disk.ts';
import type { Sample } from '../../../model/sample.ts';
import { type OpenPart, readIfThere } from '../part.ts';
import { wordsOf } from '../text.ts';

const STATES = ['active', 'inactive', 'recovering', 'resync', 'check'] as const;

/** An array as /proc/mdstat has it (md(4)). */
interface Md {
  readonly device: string;
  readonly state: (typeof STATES)[number];
  readonly active: number;
  readonly required: number;
  readonly failed: number;
  readonly spare: number;
  readonly blocks: number;
  readonly synced: number;
}

/** The arrays of disks, whole or not, from /proc/mdstat. */
export const openMdadm: OpenPart =
  ({ proc }) =>
  async () => {
    const text = await readIfThere(proc, 'mdstat');
    return text.split(/\n(?=\S)/).flatMap((section) => {
      const md = readMd(section);
      return md === undefined ? [] : samplesOf(md);
    });
  };

function readMd(section: string): Md | undefined {
  const [heading = '', status = '', ...rest] = section.split('\n');
  const [device = '', colon, state] = wordsOf(heading);
  const blocks = Number(/^\s*(\d+) blocks/.exec(status)?.[1]);
  if (colon !== ':' || Number.isNaN(blocks)) return undefined;
  const [, wanted, inSync] = /\[(\d+)\/(\d+)\] \[[U_]+\]/.exec(status) ?? [];
  // Arrays without redundancy say nothing of the kind: all of their disks are in use.
  const members = wanted === undefined && state === 'active' ? heading.split('[').length - 1 : 0;
  const progress = rest.find((line) => /recovery|resync|reshape|check/.test(line));
  const kind = state === 'active' ? 'active' : 'inactive';
  return {
    device,
    state: progress === undefined ? kind : stateOf(progress),
    active: Number(inSync ?? members),
    required: Number(wanted ?? members),
    failed: heading.split('(F)').length - 1,
    spare: heading.split('(S)').length - 1,
    blocks,
    // What is pending or delayed has not begun.
    synced: progress === undefined ? blocks : Number(/\((\d+)\/\d+\)/.exec(progress)?.[1] ?? 0),
  };
}

function stateOf(progress: string): Md['state'] {
  if (progress.includes('recovery')) return 'recovering';
  return progress.includes('check') ? 'check' : 'resync';
}

function samplesOf({ device, state, active, required, failed, spare, blocks, synced }: Md): Sample[] {
  return [
    sample(nodeMd.disks, active, { device, state: 'active' }),
    sample(nodeMd.disks, failed, { device, state: 'failed' }),
    sample(nodeMd.disks, spare, { device, state: 'spare' }),
    sample(nodeMd.disksRequired, required, { device }),
    ...STATES.map((one) => sample(nodeMd.state, one === state ? 1 : 0, { device, state: one })),
    sample(nodeMd.blocks, blocks, { device }),
    sample(nodeMd.blocks_synced, synced, { device }),
  ];
}
