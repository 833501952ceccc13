import { numberText, seriesText } from '../../exposition/write.ts';
import type { Metric } from '../../model/metric.ts';
import { catalogue } from '../../model/metrics/index.ts';
import type { Sample } from '../../model/sample.ts';

const HISTOGRAM_PARTS = /_(?:bucket|sum|count)$/;

let known: ReadonlyMap<string, Metric> | undefined;

/** The metric of the catalogue that a series belongs to; a histogram's parts belong to it. */
function familyOf(name: string): Metric | undefined {
  known ??= new Map(catalogue.flatMap((group) => Object.values(group)).map((metric) => [metric.name, metric]));
  const metric = known.get(name) ?? known.get(name.replace(HISTOGRAM_PARTS, ''));
  return metric?.name === name || metric?.type === 'histogram' ? metric : undefined;
}

/**
 * Samples as a page of the Prometheus text format: each family once, with its help and type, in the order of its first
 * sample. A series that comes twice is written once, as it came last: a page with both would be refused whole. The
 * batches' source decides when the loop has a turn.
 */
export async function writeMetricsPage(batches: AsyncIterable<readonly Sample[]>): Promise<string> {
  const families = new Map<string, Map<string, string>>();
  for await (const batch of batches) for (const one of batch) addLine(families, one);
  const parts: string[] = [];
  for (const [name, lines] of families) parts.push(heading(name), ...lines.values());
  return parts.join('');
}

function addLine(families: Map<string, Map<string, string>>, { name, labels, value }: Sample): void {
  const family = familyOf(name)?.name ?? name;
  let lines = families.get(family);
  if (lines === undefined) {
    lines = new Map();
    families.set(family, lines);
  }
  const series = seriesText(name, labels);
  lines.set(series, `${series} ${numberText(value)}\n`);
}

function heading(name: string): string {
  const metric = familyOf(name);
  if (metric === undefined) return `# TYPE ${name} untyped\n`;
  // The text format 0.0.4 has no type for what is always 1.
  const type = metric.type === 'info' ? 'gauge' : metric.type;
  const help = metric.help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}
