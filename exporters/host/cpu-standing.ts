import { setImmediate } from 'node:timers/promises';
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
      await setImmediate();
      const at = `${CPUS}/${cpu}`;
      const id = sys.remembered(`${at}/topology/physical_package_id`);
      const core = sys.remembered(`${at}/topology/core_id`);
      if (id === undefined || core === undefined) continue;
      const inPackage = { path: `${at}/thermal_throttle/package_throttle_count`, package: id };
      if (!found.has(id) && sys.remembered(inPackage.path) !== undefined) found.set(id, inPackage);
      const inCore = { path: `${at}/thermal_throttle/core_throttle_count`, package: id, core };
      if (!found.has(`${id}:${core}`) && sys.remembered(inCore.path) !== undefined) found.set(`${id}:${core}`, inCore);
    }
    return [...found.values()];
  });
  return async () => {
    const samples: Sample[] = [];
    for (const place of await places()) {
      const count = numberOf(sys.remembered(place.path));
      if (count === undefined) continue;
      if (place.core === undefined) samples.push(sample(nodeCpu.packageThrottles, count, { package: place.package }));
      else samples.push(sample(nodeCpu.coreThrottles, count, { package: place.package, core: place.core }));
    }
    return samples;
  };
}
