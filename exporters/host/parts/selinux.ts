import { sample } from '../../../model/metric.ts';
import { node } from '../../../model/metrics/node.ts';
import type { OpenPart } from '../part.ts';
import { numberOf } from '../text.ts';

const CONFIGURED: Readonly<Record<string, number>> = { enforcing: 1, permissive: 0, disabled: -1 };

/** Whether SELinux watches, from /sys/fs/selinux and /etc/selinux/config. */
export const openSelinux: OpenPart =
  ({ sys, root }) =>
  async () => {
    const enforcing = numberOf(await sys.value('fs/selinux/enforce'));
    if (enforcing === undefined) return [sample(node.selinuxEnabled, 0)];
    const config = (await root.rareValue('etc/selinux/config')) ?? '';
    const configured = CONFIGURED[/^SELINUX=(\w+)/m.exec(config)?.[1] ?? ''];
    return [
      sample(node.selinuxEnabled, 1),
      sample(node.selinuxCurrentMode, enforcing),
      ...(configured === undefined ? [] : [sample(node.selinuxConfigMode, configured)]),
    ];
  };
