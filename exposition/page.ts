import { setImmediate } from 'node:timers/promises';
import type { SampleGroup } from '../model/part.ts';
import { openFamilies } from './open-families.ts';
import { gatherFamilies, type PageFamily } from './page-families.ts';
import { plainFamilies } from './plain-families.ts';
import { numberText, seriesText } from './write.ts';

/** The Prometheus text format 0.0.4, or OpenMetrics 1.0. */
export type PageFormat = 'prometheus' | 'openmetrics';

/** By format: the media type of a page. */
export const PAGE_TYPES: Readonly<Record<PageFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** So many series are written in one turn of the loop. */
const SLICE = 500;

/**
 * A page with the samples of all groups: each family once, with its type and help from the catalogue or from its group, each series once,
 * as it came last. The loop has a turn now and then. Samples stand without their own instants.
 */
export async function writePage(
  groups: Iterable<SampleGroup> | AsyncIterable<SampleGroup>,
  format: PageFormat = 'prometheus',
): Promise<string> {
  const families = await gatherFamilies(groups);
  const open = format === 'openmetrics';
  let page = '';
  let count = 0;
  for (const { name, type, help, samples } of open ? openFamilies(families) : plainFamilies(families)) {
    if (help !== '') page += `# HELP ${name} ${open ? escaped(help).replaceAll('"', '\\"') : escaped(help)}\n`;
    page += `# TYPE ${name} ${open ? type : plainType(type as PageFamily['type'])}\n`;
    for (const sample of samples) {
      page += `${seriesText(sample.name, sample.labels)} ${numberText(sample.value)}\n`;
      if (++count % SLICE === 0) await setImmediate();
    }
  }
  return open ? `${page}# EOF\n` : page;
}

/** The text format 0.0.4 has no type for what is always 1. */
function plainType(type: PageFamily['type']): string {
  return type === 'info' ? 'gauge' : type;
}

function escaped(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
