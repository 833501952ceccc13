import type { Files } from './files.ts';

/** What a monitoring chip is called: by its place, which stays, and by its driver, for people. */
export interface ChipNames {
  readonly chip: string;
  readonly humanName: string;
}

/**
 * The names of the chip in a folder of /sys/class/hwmon, as node_exporter builds them: the last two parts of its device's path
 * (`platform_coretemp_0`), else its driver's name, else the folder's own (`hwmon4`), which depends on the order of loading.
 */
export async function chipNames(sys: Files, folder: string): Promise<ChipNames> {
  const humanName = clean((await sys.rareValue(`${folder}/name`)) ?? '');
  const device = (await sys.resolve(`${folder}/device`))?.split('/').slice(-2).map(clean) ?? [];
  const place = device.filter((part) => part !== '').join('_');
  if (device.at(-1) && place !== '') return { chip: place, humanName };
  if (humanName !== '') return { chip: humanName, humanName };
  return { chip: clean((await sys.resolve(folder))?.split('/').at(-1) ?? ''), humanName };
}

/** Lower case, all but letters, digits, `:` and `_` as `_`, none of these at either end. */
export function clean(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9:_]/g, '_')
    .replace(/^_+|_+$/g, '');
}
