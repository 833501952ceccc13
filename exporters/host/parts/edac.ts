import { sample } from '../../../model/metric.ts';
import { nodePower } from '../../../model/metrics/node-power.ts';
import type { Sample } from '../../../model/sample.ts';
import { type OpenPart, rarely } from '../part.ts';
import { numberOf } from '../text.ts';

const FOLDER = 'devices/system/edac/mc';

/** Errors that the memory's controllers found, from /sys (kernel: Documentation/admin-guide/ras.rst). */
export const openEdac: OpenPart = ({ sys, clock }) => {
  const controllers = rarely(clock, async () => {
    const found: { folder: string; controller: string; rows: string[] }[] = [];
    for (const entry of await sys.list(FOLDER)) {
      const controller = /^mc(\d+)$/.exec(entry)?.[1];
      if (controller === undefined) continue;
      const folder = `${FOLDER}/${entry}`;
      found.push({ folder, controller, rows: (await sys.list(folder)).filter((name) => /^csrow\d+$/.test(name)) });
    }
    return found;
  });
  return async () => {
    const samples: Sample[] = [];
    for (const { folder, controller, rows } of await controllers()) {
      const count = async (file: string) => numberOf(await sys.value(`${folder}/${file}`));
      const [ce, ue] = [await count('ce_count'), await count('ue_count')];
      if (ce !== undefined) samples.push(sample(nodePower.edacCorrectable, ce, { controller }));
      if (ue !== undefined) samples.push(sample(nodePower.edacUncorrectable, ue, { controller }));
      const places = [
        { csrow: 'unknown', ce: 'ce_noinfo_count', ue: 'ue_noinfo_count' },
        ...rows.map((row) => ({ csrow: row.slice('csrow'.length), ce: `${row}/ce_count`, ue: `${row}/ue_count` })),
      ];
      for (const { csrow, ce: correctable, ue: uncorrectable } of places) {
        const [mended, lost] = [await count(correctable), await count(uncorrectable)];
        if (mended !== undefined) samples.push(sample(nodePower.edacRowCorrectable, mended, { controller, csrow }));
        if (lost !== undefined) samples.push(sample(nodePower.edacRowUncorrectable, lost, { controller, csrow }));
      }
    }
    return samples;
  };
};
