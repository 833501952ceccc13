import { type Metric, sample } from '../../../model/metric.ts';
import { nodeCpu } from '../../../model/metrics/node-cpu.ts';
import type { Sample } from '../../../model/sample.ts';
import { type OpenPart, rarely } from '../part.ts';
import { numberOf } from '../text.ts';

const CPUS = 'devices/system/cpu';

/** What is looked at each time, and what hardly ever changes; in kHz (kernel: Documentation/admin-guide/pm/cpufreq.rst). */
const LIVE: Readonly<Record<string, Metric<'cpu'>>> = {
  cpuinfo_cur_freq: nodeCpu.frequency,
  scaling_cur_freq: nodeCpu.scaling,
};
const LIMITS: Readonly<Record<string, Metric<'cpu'>>> = {
  cpuinfo_min_freq: nodeCpu.frequencyMin,
  cpuinfo_max_freq: nodeCpu.frequencyMax,
  scaling_min_freq: nodeCpu.scalingMin,
  scaling_max_freq: nodeCpu.scalingMax,
};

/** How fast the processors run, from /sys. One after the other: a driver may take its time over each. */
export const openCpufreq: OpenPart = ({ sys, clock }) => {
  const layout = rarely(clock, async () => {
    const cpus: { cpu: string; live: string[]; steady: Sample[] }[] = [];
    for (const name of await sys.list(CPUS)) {
      if (!/^cpu\d+$/.test(name)) continue;
      const files = await sys.list(`${CPUS}/${name}/cpufreq`);
      const cpu = name.slice('cpu'.length);
      if (files.length > 0) cpus.push({ cpu, live: files.filter((file) => file in LIVE), steady: await steadyOf(cpu) });
    }
    return cpus;
  });

  async function steadyOf(cpu: string): Promise<Sample[]> {
    const at = `${CPUS}/cpu${cpu}/cpufreq`;
    const samples: Sample[] = [];
    for (const [file, metric] of Object.entries(LIMITS)) {
      const hertz = numberOf(await sys.rareValue(`${at}/${file}`));
      if (hertz !== undefined) samples.push(sample(metric, hertz * 1000, { cpu }));
    }
    const current = await sys.rareValue(`${at}/scaling_governor`);
    const available = (await sys.rareValue(`${at}/scaling_available_governors`))?.split(/\s+/) ?? [];
    for (const governor of current === undefined ? [] : available)
      samples.push(sample(nodeCpu.governor, governor === current ? 1 : 0, { cpu, governor }));
    return samples;
  }

  return async () => {
    const samples: Sample[] = [];
    for (const { cpu, live, steady } of await layout()) {
      for (const file of live) {
        const hertz = numberOf(await sys.value(`${CPUS}/cpu${cpu}/cpufreq/${file}`));
        const metric = LIVE[file];
        if (hertz !== undefined && metric !== undefined) samples.push(sample(metric, hertz * 1000, { cpu }));
      }
      samples.push(...steady);
    }
    return samples;
  };
};
