import { sample } from '../../../model/metric.ts';
import { DMI_LABELS, nodeIdentity } from '../../../model/metrics/node-identity.ts';
import { NothingHere, type OpenPart, rarely } from '../part.ts';

const FOLDER = 'class/dmi/id';

/** What the firmware says that the machine is, from /sys/class/dmi. Serial numbers are for root alone: without it they are empty. */
export const openDmi: OpenPart = ({ sys, clock }) =>
  rarely(clock, async () => {
    if ((await sys.list(FOLDER)).length === 0) throw new NothingHere('the machine has no DMI');
    const values = await Promise.all(
      DMI_LABELS.map((label) => sys.rareValue(`${FOLDER}/${label === 'system_vendor' ? 'sys_vendor' : label}`)),
    );
    const labels = Object.fromEntries(DMI_LABELS.map((label, at) => [label, values[at] ?? '']));
    return [sample(nodeIdentity.dmi, 1, labels as Record<(typeof DMI_LABELS)[number], string>)];
  });
