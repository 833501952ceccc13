import { keyOf } from './knock/observe.ts';
import type { PortReport } from './report.ts';

/**
 * The published ports that strangers do not reach, as `tcp 8080`, each with a sentence that names what stops them: by IPv4 where a port
 * is published there, else by IPv6. What knocking has shown to be predicted wrongly is not among them.
 */
export function closedPorts(
  ports: readonly PortReport[],
  distrusted: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  const strangers = ports.filter(({ from }) => from === 'outside');
  const closed: Record<string, string> = {};
  for (const [name, all] of Map.groupBy(strangers, ({ proto, port }) => `${proto} ${port}`)) {
    const four = all.filter(({ family }) => family === 4);
    const asked = four.length > 0 ? four : all;
    if (asked.some((one) => one.verdict !== 'blocked' || distrusted.has(keyOf(one)))) continue;
    const told = asked.find(({ onPurpose }) => onPurpose !== true) ?? asked[0];
    if (told === undefined) continue;
    const way = all.some(({ verdict }) => verdict !== 'blocked') ? ' by IPv4' : '';
    const why = told.why.replace(/^(?:The|It|This|A|No\w*) /, (word) => word.toLowerCase());
    closed[name] = `The firewall stops strangers at port ${told.port}/${told.proto}${way}: ${why}`;
  }
  return closed;
}
