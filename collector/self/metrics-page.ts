import { setImmediate } from 'node:timers/promises';
import type { Gauge } from 'prom-client';
import { seriesText } from '../../exposition/write.ts';
import type { ForeignFamily } from '../../model/exporter.ts';
import type { Metric } from '../../model/metric.ts';
import { catalogue } from '../../model/metrics/index.ts';
import type { SampleGroup } from '../../model/part.ts';
import type { Labels, Sample } from '../../model/sample.ts';
import { prom } from './prom-client.ts';

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

/** So many families are written in one turn of the loop. */
const SLICE = 20;

/**
 * Samples as a page of the Prometheus text format, by way of a registry of prom-client: each family once, with its help and type, in the
 * order of its first sample. A series that comes twice is written once, as it came last: a page with both would be refused whole. The
 * groups' source decides when the loop has a turn.
 */
export async function writeMetricsPage(groups: Iterable<SampleGroup> | AsyncIterable<SampleGroup>): Promise<string> {
  const others = new Map<string, ForeignFamily>();
  const families = new Map<string, Family>();
  for await (const group of groups) {
    for (const family of group.families ?? []) others.set(family.name, family);
    for (const one of group.samples) add(families, familyOf(one.name, others), one);
  }
  const registry = new prom.Registry();
  for (const family of families.values()) registry.registerMetric(asMetric(family));
  let page = '';
  let count = 0;
  for (const name of families.keys()) {
    page += `${await registry.getSingleMetricAsString(keyOf(name))}\n`;
    if (++count % SLICE === 0) await setImmediate();
  }
  return page;
}

interface Family {
  readonly name: string;
  readonly of: Heading | undefined;
  /** By their text, so that each series is there once. */
  readonly series: Map<string, { readonly metricName: string; readonly labels: Labels; readonly value: number }>;
}

function add(
  families: Map<string, Family>,
  of: Heading | undefined,
  { name: metricName, labels, value }: Sample,
): void {
  const name = of?.name ?? metricName;
  let family = families.get(name);
  if (family === undefined) {
    family = { name, of, series: new Map() };
    families.set(name, family);
  }
  family.series.set(seriesText(metricName, labels), { metricName, labels, value });
}

/** A registry keeps its metrics in a plain object, which has a `constructor` already: no family's name begins with a blank. */
function keyOf(family: string): string {
  return ` ${family}`;
}

/** What a registry asks of a metric, of whichever type. */
function asMetric({ name, of, series }: Family): Gauge {
  const help = of?.help ?? '';
  // The text format 0.0.4 has no type for what is always 1.
  const type = of === undefined ? 'untyped' : of.type === 'info' ? 'gauge' : of.type;
  const get = async () => ({ name, help, type, values: [...series.values()] });
  return { name: keyOf(name), get } as unknown as Gauge;
}
