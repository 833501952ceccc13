import { sample } from '../../model/metric.ts';
import { nodeDisk } from '../../model/metrics/node-disk.ts';
import type { Sample } from '../../model/sample.ts';
import type { Host } from './part.ts';
import { numberOf } from './text.ts';

export interface BlockDevice {
  readonly device: string;
  readonly major: string;
  readonly minor: string;
}

/** A disk's description changes rarely: it is read once in so long. */
const KEPT_MS = 60_000;

/** What block devices are: from udev's file of each (`/run/udev/data/b8:0`) and from /sys/block. */
export function createDiskInfo(host: Host): (devices: readonly BlockDevice[]) => Promise<Sample[]> {
  let known = new Map<string, readonly Sample[]>();
  let until = Number.NEGATIVE_INFINITY;
  return async (devices) => {
    const now = host.clock.monotonic();
    if (now >= until) {
      known = new Map();
      until = now + KEPT_MS;
    }
    const present = new Map<string, readonly Sample[]>();
    for (const one of devices) {
      const key = `${one.device} ${one.major}:${one.minor}`;
      present.set(key, known.get(key) ?? (await describe(host, one)));
    }
    known = present;
    return [...present.values()].flat();
  };
}

async function describe({ root, sys }: Host, { device, major, minor }: BlockDevice): Promise<Sample[]> {
  const folder = `block/${device.replaceAll('/', '!')}`;
  const [text, rotational] = await Promise.all([
    root.read(`run/udev/data/b${major}:${minor}`).catch(() => ''),
    sys.rareValue(`${folder}/queue/rotational`),
  ]);
  const udev = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^E:([^=\n]+)=(.*)$/gm)) udev.set(name, value);
  const of = (name: string) => udev.get(name) ?? '';
  const samples = [
    sample(nodeDisk.info, 1, {
      device,
      major,
      minor,
      path: of('ID_PATH'),
      wwn: of('ID_WWN'),
      model: of('ID_MODEL'),
      // The first is what is printed on the disk; virtual disks have only the last.
      serial: of('SCSI_IDENT_SERIAL') || of('ID_SERIAL_SHORT') || of('ID_SERIAL'),
      revision: of('ID_REVISION'),
      rotational: rotational ?? '',
    }),
  ];
  const type = of('ID_FS_TYPE');
  if (type !== '') {
    const rest = { usage: of('ID_FS_USAGE'), uuid: of('ID_FS_UUID'), version: of('ID_FS_VERSION') };
    samples.push(sample(nodeDisk.filesystem, 1, { device, type, ...rest }));
  }
  if (of('ID_ATA') !== '') samples.push(...ataOf(device, of));
  if (of('DM_NAME') !== '') samples.push(...mapperOf(device, of, await sys.list(`${folder}/slaves`)));
  return samples;
}

function ataOf(device: string, of: (name: string) => string): Sample[] {
  const properties = [
    [nodeDisk.writeCache, 'ID_ATA_WRITE_CACHE'],
    [nodeDisk.writeCacheEnabled, 'ID_ATA_WRITE_CACHE_ENABLED'],
    [nodeDisk.rotationRate, 'ID_ATA_ROTATION_RATE_RPM'],
  ] as const;
  return properties.flatMap(([metric, name]) => {
    const value = numberOf(of(name));
    return value === undefined ? [] : [sample(metric, value, { device })];
  });
}

function mapperOf(device: string, of: (name: string) => string, below: readonly string[]): Sample[] {
  const volume = { vg_name: of('DM_VG_NAME'), lv_name: of('DM_LV_NAME'), lv_layer: of('DM_LV_LAYER') };
  return [
    sample(nodeDisk.deviceMapper, 1, { device, name: of('DM_NAME'), uuid: of('DM_UUID'), ...volume }),
    ...below.map((backing_device) => sample(nodeDisk.deviceMapperBacking, 1, { device, backing_device })),
  ];
}
