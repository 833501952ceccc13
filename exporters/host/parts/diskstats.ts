import { type Metric, sample } from '../../../model/metric.ts';
import { nodeDiskStatistics } from '../../../model/metrics/node-disk.ts';
import type { Sample } from '../../../model/sample.ts';
import { createDiskInfo } from '../disk-info.ts';
import type { OpenPart } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

/** "Standard UNIX 512-byte sectors", whatever the device's own are (kernel: Documentation/block/stat.rst). */
const SECTOR = 512;
const MILLISECOND = 1e-3;

const { readBytes, writtenBytes, readTime, writeTime, ioTime, ioTimeWeighted, discardTime, flushTime } =
  nodeDiskStatistics;
const SCALES = new Map<Metric<'device'>, number>([
  [readBytes, SECTOR],
  [writtenBytes, SECTOR],
  ...[readTime, writeTime, ioTime, ioTimeWeighted, discardTime, flushTime].map(
    (metric) => [metric, MILLISECOND] as const,
  ),
]);
const COLUMNS = Object.values(nodeDiskStatistics).map((metric) => ({ metric, scale: SCALES.get(metric) ?? 1 }));
/** Before them come the device's major and minor number and its name. */
const BEFORE = 3;

/** What the disks do and what they are, from /proc/diskstats, /sys/block and udev's files. */
export const openDiskstats: OpenPart = (host) => {
  const ignored = host.settings.ignore.disks === undefined ? undefined : new RegExp(host.settings.ignore.disks, 'u');
  const infoOf = createDiskInfo(host);
  return async () => {
    const samples: Sample[] = [];
    const devices: { device: string; major: string; minor: string }[] = [];
    for (const line of (await host.proc.read('diskstats')).split('\n')) {
      const words = wordsOf(line);
      const [major = '', minor = '', device = ''] = words;
      // A kernel before 2.6.25 has but four numbers for a partition, with other meanings.
      if (words.length < BEFORE + 11 || ignored?.test(device)) continue;
      const labels = { device };
      for (let column = 0; column < COLUMNS.length && BEFORE + column < words.length; column++) {
        const of = COLUMNS[column];
        const value = numberOf(words[BEFORE + column]);
        if (of !== undefined && value !== undefined) samples.push(sample(of.metric, value * of.scale, labels));
      }
      devices.push({ device, major, minor });
    }
    samples.push(...(await infoOf(devices)));
    return samples;
  };
};
