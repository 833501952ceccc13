import { numberText, seriesText } from '../../exposition/write.ts';
import type { ForeignFamily } from '../../model/exporter.ts';
import type { Metric } from '../../model/metric.ts';
import { catalogue } from '../../model/metrics/index.ts';
import type { Sample } from '../../model/sample.ts';

const PARTS = /_(?:bucket|sum|count)$/;

let known: ReadonlyMap<string, Metric> | undefined;

type Heading = Metric | ForeignFamily;

/** The family that a series belongs to: one of the catalogue, else a foreign one; the parts of a histogram or summary belong to it. */
function familyOf(name: string, foreign: ReadonlyMap<string, ForeignFamily>): Heading | undefined {
  known ??= new Map(catalogue.flatMap((group) => Object.values(group)).map((metric) => [metric.name, metric]));
  return whole(name, known) ?? whole(name, foreign);
}

function whole<One extends Heading>(name: string, families: ReadonlyMap<string, One>): One | undefined {
  const own = families.get(name);
  if (own !== undefined || !PARTS.test(name)) return own;
  const of = families.get(name.replace(PARTS, ''));
  return of?.type === 'histogram' || (of?.type === 'summary' && !name.endsWith('_bucket')) ? of : undefined;
}

/**
 * Samples as a page of the Prometheus text format: each family once, with its help and type, in the order of its first
 * sample. A series that comes twice is written once, as it came last: a page with both would be refused whole. The
 * batches' source decides when the loop has a turn. `foreign` says what those are that the catalogue does not know.
 */
export async function writeMetricsPage(
  batches: AsyncIterable<readonly Sample[]>,
  foreign: Iterable<ForeignFamily> = [],
): Promise<string> {
  const others = new Map([...foreign].map((family) => [family.name, family]));
  const families = new Map<string, { readonly of: Heading | undefined; readonly lines: Map<string, string> }>();
  for await (const batch of batches) for (const one of batch) addLine(families, familyOf(one.name, others), one);
  const parts: string[] = [];
  for (const [name, { of, lines }] of families) parts.push(heading(name, of), ...lines.values());
  return parts.join('');
}

function addLine(
  families: Map<string, { readonly of: Heading | undefined; readonly lines: Map<string, string> }>,
  of: Heading | undefined,
  { name, labels, value }: Sample,
): void {
  const family = of?.name ?? name;
  let entry = families.get(family);
  if (entry === undefined) {
    entry = { of, lines: new Map() };
    families.set(family, entry);
  }
  const series = seriesText(name, labels);
  entry.lines.set(series, `${series} ${numberText(value)}\n`);
}

function heading(name: string, family: Heading | undefined): string {
  if (family === undefined) return `# TYPE ${name} untyped\n`;
  // The text format 0.0.4 has no type for what is always 1.
  const type = family.type === 'info' ? 'gauge' : family.type;
  const help = family.help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  return `${help === '' ? '' : `# HELP ${name} ${help}\n`}# TYPE ${name} ${type}\n`;
}
