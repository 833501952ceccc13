import { type Metric, sample } from '../../../model/metric.ts';
import { nodeRapl, raplZone } from '../../../model/metrics/node-power.ts';
import type { Sample } from '../../../model/sample.ts';
import { NothingHere, type OpenPart, rarely } from '../part.ts';
import { numberOf } from '../text.ts';

const FOLDER = 'class/powercap';
const MICRO = 1e-6;
const USUAL: Readonly<Record<string, Metric<'index' | 'path'>>> = nodeRapl;

interface Zone {
  readonly file: string;
  readonly metric: Metric<'index' | 'path'>;
  readonly labels: { readonly index: string; readonly path: string };
}

/** The energy that the processor's parts have used, from /sys/class/powercap. Only root may read it since Linux 5.10 (CVE-2020-8694). */
export const openRapl: OpenPart = ({ sys, clock }) => {
  const zones = rarely(clock, async () => {
    const found: Zone[] = [];
    const counts = new Map<string, number>();
    for (const entry of await sys.list(FOLDER)) {
      const name = /^[\w-]+:/.test(entry) ? await sys.rareValue(`${FOLDER}/${entry}/name`) : undefined;
      if (name === undefined || name === '') continue;
      // `package-0` is the first of the packages; the cores of several packages are all called `core`, and counted.
      const [, kind = name, numbered] = /^(.+)-(\d+)$/.exec(name) ?? [];
      const index = numbered ?? String(counts.get(kind) ?? 0);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const labels = { index, path: sys.full(`${FOLDER}/${entry}`) };
      found.push({ file: `${FOLDER}/${entry}/energy_uj`, metric: USUAL[kind] ?? raplZone(kind), labels });
    }
    return found;
  });
  return async () => {
    const samples: Sample[] = [];
    for (const { file, metric, labels } of await zones()) {
      const energy = numberOf(await sys.value(file));
      if (energy !== undefined) samples.push(sample(metric, energy * MICRO, labels));
    }
    if (samples.length === 0) throw new NothingHere('the processor does not say what energy it uses, or not to us');
    return samples;
  };
};
