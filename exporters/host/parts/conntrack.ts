import { sample } from '../../../model/metric.ts';
import { nodeConntrack, nodeNetwork } from '../../../model/metrics/node-network.ts';
import { NothingHere, type OpenPart } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

/** The connections that the firewall tracks, from /proc/sys/net/netfilter and /proc/net/stat. */
export const openConntrack: OpenPart =
  ({ proc }) =>
  async () => {
    const [count, most, text] = await Promise.all([
      proc.value('sys/net/netfilter/nf_conntrack_count').then(numberOf),
      proc.value('sys/net/netfilter/nf_conntrack_max').then(numberOf),
      proc.read('net/stat/nf_conntrack').catch(() => ''),
    ]);
    if (count === undefined || most === undefined) throw new NothingHere('no connections are tracked');
    const [heading = '', ...lines] = text.split('\n');
    const columns = wordsOf(heading);
    const rows = lines.map(wordsOf).filter((row) => row.length > 0);
    return [
      sample(nodeNetwork.conntrackEntries, count),
      sample(nodeNetwork.conntrackLimit, most),
      ...Object.entries(nodeConntrack).flatMap(([name, metric]) => {
        const column = columns.indexOf(name);
        if (column < 0) return [];
        const sum = rows.reduce((all, row) => all + Number.parseInt(row[column] ?? '0', 16), 0);
        return [sample(metric, sum)];
      }),
    ];
  };
