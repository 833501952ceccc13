import { readFile } from 'node:fs/promises';
import { type Metric, sample } from '../../../model/metric.ts';
import { nodeSockstat } from '../../../model/metrics/node-netstat.ts';
import type { Sample } from '../../../model/sample.ts';
import { NothingHere, type OpenPart, readIfThere } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

const WANTED: Readonly<Record<string, Metric<never>>> = nodeSockstat;
const USUAL_PAGE = 4096;
const AT_PAGESZ = 6n;

/** The sockets in use, from /proc/net/sockstat and sockstat6. */
export const openSockstat: OpenPart = ({ proc }) => {
  let page: Promise<number> | undefined;
  return async () => {
    page ??= pageSize();
    const [bytes, text, text6] = await Promise.all([
      page,
      readIfThere(proc, 'net/sockstat'),
      proc.read('net/sockstat6').catch(() => ''),
    ]);
    const samples: Sample[] = [];
    for (const line of `${text}\n${text6}`.split('\n')) {
      const words = wordsOf(line);
      const protocol = (words[0] ?? '').replace(/:$/, '');
      for (let at = 1; at + 1 < words.length; at += 2) {
        const field = `${protocol}_${words[at]}`;
        const value = numberOf(words[at + 1]);
        const [metric, inBytes] = [WANTED[field], WANTED[`${field}_bytes`]];
        if (value === undefined || metric === undefined) continue;
        samples.push(sample(metric, value));
        // Memory is counted in pages.
        if (inBytes !== undefined) samples.push(sample(inBytes, value * bytes));
      }
    }
    if (samples.length === 0) throw new NothingHere('the kernel does not count its sockets');
    return samples;
  };
};

/** The size of a page, from what the kernel told this process when it began (getauxval(3)). */
async function pageSize(): Promise<number> {
  const auxiliary = await readFile('/proc/self/auxv').catch(() => Buffer.alloc(0));
  for (let at = 0; at + 16 <= auxiliary.length; at += 16)
    if (auxiliary.readBigUInt64LE(at) === AT_PAGESZ) return Number(auxiliary.readBigUInt64LE(at + 8));
  return USUAL_PAGE;
}
