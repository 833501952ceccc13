import { setImmediate } from 'node:timers/promises';
import type { SampleGroup } from '../../model/part.ts';
import { exportedName, type Identity, type Labels } from '../../model/sample.ts';

/** So many groups are looked at in one turn of the loop. */
const SLICE = 50;

/** Gives the loop a turn of its own now and then. */
export async function* inSlices(groups: AsyncIterable<SampleGroup>): AsyncGenerator<SampleGroup> {
  let count = 0;
  for await (const one of groups) {
    if (++count % SLICE === 0) await setImmediate();
    yield one;
  }
}

/** The groups with their identity among the labels of each sample, as they are in the storage. */
export async function* withIdentity(groups: AsyncIterable<SampleGroup>, own: Identity): AsyncGenerator<SampleGroup> {
  for await (const { identity = own, samples, ...more } of groups)
    yield { ...more, samples: samples.map((one) => ({ ...one, labels: { ...renamed(one.labels), ...identity } })) };
}

function renamed(labels: Labels): Labels {
  if (!('job' in labels || 'instance' in labels || 'vantage' in labels)) return labels;
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [exportedName(name, labels), value]));
}
