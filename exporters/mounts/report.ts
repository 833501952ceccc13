import { sample } from '../../model/metric.ts';
import { mounts as catalogued } from '../../model/metrics/mounts.ts';
import type { Sample } from '../../model/sample.ts';
import type { Health } from './health.ts';

/** What is exported of all mounts, with how many processes wait for one. */
export function samplesOf(all: readonly Health[], waiting: number): Sample[] {
  return [
    ...all.flatMap(samplesOfOne),
    sample(catalogued.stuck, waiting),
    sample(catalogued.unknown, all.filter(({ state }) => state === 'unknown').length),
  ];
}

function samplesOfOne({ point: mountpoint, mount, state, reason, tookMs, ...more }: Health): Sample[] {
  const labels = { device: mount?.source ?? '', mountpoint, fstype: mount?.fstype ?? '' };
  const { figures, deviceError } = more;
  const samples: Sample[] = [];
  if (state !== 'unknown') samples.push(sample(catalogued.healthy, state === 'healthy' ? 1 : 0, labels));
  if (state === 'unhealthy') samples.push(sample(catalogued.unhealthy, 1, { mountpoint, reason }));
  if (tookMs !== undefined) samples.push(sample(catalogued.seconds, tookMs / 1e3, { mountpoint }));
  if (deviceError !== undefined)
    samples.push(sample(catalogued.deviceError, 1, { ...labels, device_error: deviceError }));
  if (figures === undefined) return samples;
  return [
    ...samples,
    sample(catalogued.deviceError, 0, { ...labels, device_error: '' }),
    sample(catalogued.size, figures.sizeBytes, labels),
    sample(catalogued.free, figures.freeBytes, labels),
    sample(catalogued.avail, figures.availBytes, labels),
    sample(catalogued.files, figures.files, labels),
    sample(catalogued.filesFree, figures.filesFree, labels),
    sample(catalogued.readonly, mount?.readOnly === true ? 1 : 0, labels),
  ];
}
