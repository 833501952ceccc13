import { type Metric, sample } from '../../../model/metric.ts';
import { nodeNetstat } from '../../../model/metrics/node-netstat.ts';
import type { Sample } from '../../../model/sample.ts';
import type { OpenPart } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

const WANTED: Readonly<Record<string, Metric<never>>> = nodeNetstat;

interface Column {
  readonly at: number;
  readonly metric: Metric<never>;
}

/** What the protocols count, from /proc/net/netstat, snmp and snmp6. */
export const openNetstat: OpenPart = ({ proc }) => {
  /** By heading: the kernel's are always the same, and are long. */
  const headings = new Map<string, readonly Column[]>();

  function columnsOf(heading: string): readonly Column[] {
    let columns = headings.get(heading);
    if (columns === undefined) {
      const words = wordsOf(heading);
      const protocol = (words[0] ?? '').replace(/:$/, '');
      columns = words.flatMap((word, at) => {
        const metric = WANTED[`${protocol}_${word}`];
        return metric === undefined ? [] : [{ at, metric }];
      });
      // IcmpMsg has a heading that grows with the types of message seen.
      if (headings.size > 32) headings.clear();
      headings.set(heading, columns);
    }
    return columns;
  }

  /** Pairs of lines: the names, then the values. */
  function readPairs(text: string): Sample[] {
    const samples: Sample[] = [];
    const lines = text.split('\n');
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const columns = columnsOf(lines[at] ?? '');
      if (columns.length === 0) continue;
      const values = wordsOf(lines[at + 1] ?? '');
      for (const { at: column, metric } of columns) {
        const value = numberOf(values[column]);
        if (value !== undefined) samples.push(sample(metric, value));
      }
    }
    return samples;
  }

  return async () => {
    const [netstat, snmp, snmp6] = await Promise.all([
      proc.read('net/netstat'),
      proc.read('net/snmp'),
      // Without IPv6 it is not there.
      proc.read('net/snmp6').catch(() => ''),
    ]);
    return [...readPairs(netstat), ...readPairs(snmp), ...readNamed(snmp6)];
  };
};

/** The fields of snmp6, as they stand there: `Udp6InErrors`. */
const NAMED = Object.entries(WANTED)
  .filter(([field]) => field.includes('6_'))
  .map(([field, metric]) => ({ start: `\n${field.replace('_', '')}`, metric }));

/** A name and its value in each line, with blanks up to a column between them. */
function readNamed(text: string): Sample[] {
  const samples: Sample[] = [];
  const lines = `\n${text}`;
  for (const { start, metric } of NAMED) {
    const at = lines.indexOf(start);
    const value = at < 0 ? undefined : /^\s+(\d+)\n/.exec(lines.slice(at + start.length, at + start.length + 64))?.[1];
    if (value !== undefined) samples.push(sample(metric, Number(value)));
  }
  return samples;
}
