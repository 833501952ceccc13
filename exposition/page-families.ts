import { setImmediate } from 'node:timers/promises';
import type { ForeignFamily } from '../model/exporter.ts';
import type { Metric } from '../model/metric.ts';
import { catalogue } from '../model/metrics/index.ts';
import type { SampleGroup } from '../model/part.ts';
import type { Labels, Sample } from '../model/sample.ts';

/** What is known of a family: from the catalogue, or from who passes it on. */
export type Heading = Pick<Metric | ForeignFamily, 'name' | 'type' | 'help'>;

/** A family as it will stand on a page: each series once. */
export interface PageFamily extends Heading {
  readonly samples: readonly Sample[];
}

/** So many samples are looked at in one turn of the loop. */
const SLICE = 500;

const PARTS = /_(?:bucket|sum|count)$/;

let known: ReadonlyMap<string, Metric> | undefined;

/**
 * The families of all groups, in the order of their first samples. A series that comes twice is there once, as it came last: a page with
 * both would be refused whole. A label that is empty is none.
 */
export async function gatherFamilies(
  groups: Iterable<SampleGroup> | AsyncIterable<SampleGroup>,
): Promise<readonly PageFamily[]> {
  const foreign = new Map<string, ForeignFamily>();
  const families = new Map<string, { readonly heading: Heading; readonly series: Map<string, Sample> }>();
  let count = 0;
  for await (const { samples, families: passedOn } of groups) {
    for (const family of passedOn ?? []) foreign.set(family.name, family);
    for (const one of samples) {
      const heading = headingOf(one.name, foreign);
      let family = families.get(heading.name);
      if (family === undefined) {
        family = { heading, series: new Map() };
        families.set(heading.name, family);
      }
      family.series.set(seriesKey(one), one);
      if (++count % SLICE === 0) await setImmediate();
    }
  }
  return [...families.values()].map(({ heading, series }) => ({ ...heading, samples: [...series.values()] }));
}

/** The parts of a histogram or summary belong to it; whatever nobody knows is a family by itself. */
function headingOf(name: string, foreign: ReadonlyMap<string, ForeignFamily>): Heading {
  known ??= new Map(catalogue.flatMap((group) => Object.values(group)).map((metric) => [metric.name, metric]));
  const { type, help, ...found } = whole(name, known) ?? whole(name, foreign) ?? { name, type: 'untyped', help: '' };
  return { name: found.name, type, help };
}

function whole<One extends Heading>(name: string, families: ReadonlyMap<string, One>): One | undefined {
  const own = families.get(name);
  if (own !== undefined || !PARTS.test(name)) return own;
  const of = families.get(name.replace(PARTS, ''));
  return of?.type === 'histogram' || (of?.type === 'summary' && !name.endsWith('_bucket')) ? of : undefined;
}

/** The same for the same labels in another order. */
function seriesKey({ name, labels }: Sample): string {
  return `${name}\n${labelsKey(labels)}`;
}

/** The same for the same labels in another order, without the one called `without`. */
export function labelsKey(labels: Labels, without?: string): string {
  const pairs: string[] = [];
  for (const label in labels)
    if (labels[label] && label !== without) pairs.push(`${label}\n${labels[label].length}\n${labels[label]}`);
  return pairs.sort().join('\n');
}
