import { sample } from '../../../model/metric.ts';
import { nodeNetwork } from '../../../model/metrics/node-network.ts';
import { networksIgnored } from '../ignored.ts';
import type { OpenPart } from '../part.ts';

/** How many neighbours each network device knows, from /proc/net/arp. */
export const openArp: OpenPart = ({ proc, settings }) => {
  const ignored = networksIgnored(settings);
  return async () => {
    const entries = new Map<string, number>();
    await proc.eachLine('net/arp', (line) => {
      const device = line.slice(line.trimEnd().lastIndexOf(' ') + 1).trim();
      if (!line.startsWith('IP') && device !== '') entries.set(device, (entries.get(device) ?? 0) + 1);
    });
    return [...entries]
      .filter(([device]) => !ignored(device))
      .map(([device, count]) => sample(nodeNetwork.arpEntries, count, { device }));
  };
};
