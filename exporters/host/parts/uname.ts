import { machine } from 'node:os';
import { sample } from '../../../model/metric.ts';
import { node } from '../../../model/metrics/node.ts';
import { type OpenPart, rarely } from '../part.ts';

/** The system's own name, as uname(2) has it, from /proc/sys/kernel. */
export const openUname: OpenPart = ({ proc, clock }) =>
  rarely(clock, async () => {
    const value = async (name: string) => (await proc.rareValue(`sys/kernel/${name}`)) ?? '';
    const [sysname, release, version, nodename, domainname] = await Promise.all(
      ['ostype', 'osrelease', 'version', 'hostname', 'domainname'].map(value),
    );
    if (!release) throw new Error(`${proc.full('sys/kernel/osrelease')} cannot be read`);
    return [
      sample(node.uname, 1, {
        sysname: sysname ?? '',
        release,
        version: version ?? '',
        machine: machine(),
        nodename: nodename ?? '',
        domainname: domainname ?? '',
      }),
    ];
  });
