import { setImmediate } from 'node:timers/promises';
import type { ReadFamily } from '../../exposition/family.ts';
import { readExpositionInTurns } from '../../exposition/read.ts';
import type { ForeignFamily } from '../../model/exporter.ts';
import type { Sample } from '../../model/sample.ts';
import type { Rules } from './rules.ts';
import { createSums } from './series.ts';

/** A family with its samples. */
export interface FamilyContent extends ForeignFamily {
  readonly samples: readonly Sample[];
}

/** What a file says, by the rules: the families that have samples. */
export type Content = readonly FamilyContent[];

/** How many series a file holds. */
export function seriesIn(content: Content): number {
  return content.reduce((count, { samples }) => count + samples.length, 0);
}

/** So many samples in one turn of the loop. */
const SLICE = 1000;

/** Reads a file's text strictly. Rejects with line, column and what is wrong: `/srv/a.prom:3:7: came …, wanted …`. */
export async function readContent(path: string, text: Buffer, rules: Rules, signal: AbortSignal): Promise<Content> {
  const reading = await readExpositionInTurns(text, { format: 'prometheus', untimed: true }, signal);
  const [flaw] = reading.flaws;
  if (flaw !== undefined) throw new Error(`${path}:${flaw.line}:${flaw.column}: ${flaw.message}`);
  const families: FamilyContent[] = [];
  for (const family of reading.families) {
    if (family.samples.length === 0) continue;
    const { name, help } = family;
    const samples = await samplesOf(family, rules.labelsOff(name), signal);
    families.push({ name, type: rules.typeOf(family), help: help || `Metric read from ${path}`, samples });
  }
  return families;
}

async function samplesOf(
  { samples }: ReadFamily,
  off: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  if (off.size === 0) return samples;
  const sums = createSums(off);
  for (const [index, sample] of samples.entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate(undefined, { signal });
    sums.add(sample);
  }
  return sums.samples();
}
