import { sample } from '../../model/metric.ts';
import { nodeCpu } from '../../model/metrics/node-cpu.ts';
import type { Sample } from '../../model/sample.ts';
import { type Host, rarely } from './part.ts';
import { cpusOf, numberOf } from './text.ts';

const CPUS = 'devices/system/cpu';

/** Which processors are online, which are kept apart, and how often they were throttled, from /sys. */
export function createCpuStanding(host: Host): () => Promise<Sample[]> {
  const { sys, clock } = host;
  const throttles = createThrottles(host);
  const present = rarely(clock, async () => {
    const names = await sys.list(CPUS);
    return names.flatMap((name) => /^cpu(\d+)$/.exec(name)?.[1] ?? []);
  });
  const isolated = rarely(clock, async () => cpusOf((await sys.rareValue(`${CPUS}/isolated`)) ?? ''));
  return async () => {
    const [list, cpus, apart] = await Promise.all([sys.value(`${CPUS}/online`), present(), isolated()]);
    const online = new Set(list === undefined ? [] : cpusOf(list).map(String));
    const samples = apart.map((cpu) => sample(nodeCpu.isolated, 1, { cpu: String(cpu) }));
    if (list !== undefined)
      for (const cpu of cpus) samples.push(sample(nodeCpu.online, online.has(cpu) ? 1 : 0, { cpu }));
    return samples.concat(await throttles());
  };
}

/** One CPU of each core, and one of each package, whose throttling is counted. */
interface Throttle {
  readonly path: string;
  readonly package: string;
  readonly core?: string;
}

function createThrottles({ sys, clock }: Host): () => Promise<Sample[]> {
  const places = rarely(clock, async () => {
    const found = new Map<string, Throttle>();
    for (const cpu of await sys.list(CPUS)) {
      if (!/^cpu\d+$/.test(cpu)) continue;
      const at = `${CPUS}/${cpu}`;
      const [count, id, core] = await Promise.all([
        sys.rareValue(`${at}/thermal_throttle/core_throttle_count`),
        sys.rareValue(`${at}/topology/physical_package_id`),
        sys.rareValue(`${at}/topology/core_id`),
      ]);
      if (id === undefined || core === undefined) continue;
      const inPackage = { path: `${at}/thermal_throttle/package_throttle_count`, package: id };
      if ((await sys.rareValue(inPackage.path)) !== undefined && !found.has(id)) found.set(id, inPackage);
      const inCore = { path: `${at}/thermal_throttle/core_throttle_count`, package: id, core };
      if (count !== undefined && !found.has(`${id}:${core}`)) found.set(`${id}:${core}`, inCore);
    }
    return [...found.values()];
  });
  return async () => {
    const samples: Sample[] = [];
    const all = await places();
    const counts = await Promise.all(all.map(({ path }) => sys.value(path)));
    for (const [at, place] of all.entries()) {
      const count = numberOf(counts[at]);
      if (count === undefined) continue;
      if (place.core === undefined) samples.push(sample(nodeCpu.packageThrottles, count, { package: place.package }));
      else samples.push(sample(nodeCpu.coreThrottles, count, { package: place.package, core: place.core }));
    }
    return samples;
  };
}
