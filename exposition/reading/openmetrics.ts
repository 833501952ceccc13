import type { Labels } from '../../model/sample.ts';
import type { Exemplar } from '../family.ts';
import { HASH, LINE_FEED, OPEN, SPACE } from './characters.ts';
import { Broken, failAt, shown } from './flaws.ts';
import { beginFamily, type GrowingFamily, type LineReader } from './growing.ts';
import { readLabels } from './labels.ts';
import { readNumber, readSeconds } from './number.ts';
import { readMetadata } from './openmetrics-metadata.ts';
import { followPoints, type Points } from './openmetrics-points.ts';
import { innerLabelOf, insideLabelOf, type Part, partsOf, reservedLabelOf, suffixesOf } from './openmetrics-types.ts';
import { boundOf, checkValue } from './openmetrics-values.ts';
import { createScanner, readName, readSameName, type Scanner } from './scanner.ts';

const NONE: Labels = Object.freeze({});
/** So many characters the names and values of an exemplar's labels may have together. */
const EXEMPLAR_CHARACTERS = 128;

interface Current {
  readonly family: GrowingFamily;
  /** Where its first line begins. */
  readonly at: number;
  /** By the names of its samples; and who follows its points: both from its first sample on, when its type is known. */
  parts: ReadonlyMap<string, Part> | undefined;
  points: Points | undefined;
}

/** Reads the lines of OpenMetrics 1.0's text format, as its specification has it: a flaw anywhere makes the whole text wrong. */
export function createOpenMetricsReader(scanner: Scanner): LineReader {
  const { text } = scanner;
  const families: GrowingFamily[] = [];
  const taken = new Set<string>();
  const aside = createScanner(text);
  let current: Current | undefined;
  let last: { from: number; to: number; name: string; part: Part } = { from: 0, to: 0, name: '', part: 'value' };
  let over = false;

  function begin(name: string, at: number): Current {
    endFamily();
    const family = beginFamily(name);
    families.push(family);
    current = { family, at, parts: undefined, points: undefined };
    last.to = last.from;
    return current;
  }

  function endFamily(): void {
    if (current === undefined) return;
    current.points?.end();
    const { family, at } = current;
    const names = suffixesOf(family.type).map((suffix) => family.name + suffix);
    for (const name of new Set([family.name, ...names])) {
      if (taken.has(name))
        throw new Broken(
          at,
          `came the family ${shown(family.name)} whose ${shown(name)} another has, wanted each name in one family, in one piece`,
        );
      taken.add(name);
    }
  }

  function familyOf(name: string, at: number): GrowingFamily {
    if (current?.family.name !== name) return begin(name, at).family;
    if (current.parts !== undefined)
      throw new Broken(at, `came metadata of ${shown(name)} after its samples, wanted it before them`);
    return current.family;
  }

  /** The part that the sample is of its metric; a name that the family cannot have begins another. */
  function readPart(): Part {
    const from = scanner.at;
    if (last.to > last.from && readSameName(scanner, last.from, last.to)) return last.part;
    const name = readName(scanner);
    let it = current ?? begin(name, from);
    it.parts ??= partsOf(it.family);
    let part = it.parts.get(name);
    if (part === undefined) {
      it = begin(name, from);
      it.parts = partsOf(it.family);
      part = 'value';
    }
    last = { from, to: scanner.at, name, part };
    return part;
  }

  function sampleLine(): void {
    const from = scanner.at;
    const part = readPart();
    const { family, points } = inUse();
    const { type } = family;
    scanner.labels = 0;
    let labels = NONE;
    if (text[scanner.at] === OPEN) {
      scanner.at++;
      labels = readLabels(scanner, false);
    }
    const inner = innerLabelOf(type, part, family.name);
    const reserved = reservedLabelOf(type);
    if (reserved !== undefined && inner === undefined && labels[reserved] !== undefined)
      throw new Broken(from, `came the label ${reserved}, wanted it on no such sample of a ${type}`);
    if (inner !== undefined && labels[inner] === undefined)
      throw new Broken(from, `came no label ${shown(inner)}, wanted it on such a sample of a ${type}`);
    skipOne('a blank before the value');
    const valueAt = scanner.at;
    const value = readNumber(scanner);
    checkValue(type, part, value, valueAt);
    const { seconds, written } = readInstant(scanner);
    const exemplar = text[scanner.at] === SPACE ? exemplarOf(type, part, labels.le, from) : undefined;
    if (text[scanner.at] !== LINE_FEED)
      failAt(text, scanner.at, 'one blank and an instant or an exemplar, or the end of the line');
    const at = seconds === undefined ? undefined : Math.round(seconds * 1e3);
    const plain = { name: last.name, labels, value };
    const timed = at === undefined ? plain : { ...plain, at };
    const sample = exemplar === undefined ? timed : { ...timed, exemplar };
    points.add({ part, sample, inner, seconds, written, at: from });
    family.samples.push(sample);
  }

  function inUse(): { readonly family: GrowingFamily; readonly points: Points } {
    const it = current as Current;
    const { type, name } = it.family;
    it.points ??= followPoints(type, insideLabelOf(type, name), scanner);
    return it as Current & { points: Points };
  }

  function skipOne(wanted: string): void {
    if (text[scanner.at] !== SPACE) failAt(text, scanner.at, wanted);
    scanner.at++;
  }

  function exemplarOf(type: string, part: Part, le: string | undefined, from: number): Exemplar {
    if (part !== 'bucket' && part !== 'total')
      throw new Broken(
        scanner.at + 1,
        `came an exemplar on a sample of a ${type}, wanted one on buckets and totals alone`,
      );
    aside.at = scanner.at + 1;
    const exemplar = readExemplar(aside);
    if (part === 'bucket' && !(exemplar.value <= boundOf(le, from)))
      throw new Broken(scanner.at + 1, `came an exemplar of ${exemplar.value}, wanted one that is in its bucket`);
    scanner.at = aside.at;
    return exemplar;
  }

  return {
    families,
    line() {
      if (over) failAt(text, scanner.at, 'nothing after # EOF');
      if (text[scanner.at] !== HASH) sampleLine();
      else if (readMetadata(scanner, familyOf)) over = true;
      scanner.at = text.indexOf(LINE_FEED, scanner.at) + 1;
    },
    end() {
      endFamily();
      if (!over) throw new Broken(text.length, 'came the end of the text, wanted # EOF');
    },
  };
}

/** An instant where there is one. It is kept as it was written, too. */
function readInstant(scanner: Scanner): { readonly seconds: number | undefined; readonly written: string } {
  const { text } = scanner;
  if (text[scanner.at] !== SPACE || text[scanner.at + 1] === HASH) return NEVER;
  const from = ++scanner.at;
  const seconds = readSeconds(scanner);
  return { seconds, written: text.toString('latin1', from, scanner.at) };
}

const NEVER = { seconds: undefined, written: '' };

/** Reads `# {label="value"} 1 2`, the instant only where there is one. */
function readExemplar(scanner: Scanner): Exemplar {
  const { text } = scanner;
  const from = scanner.at;
  if (text.toString('latin1', from, from + 3) !== '# {') failAt(text, from, 'an exemplar: # {labels} value');
  scanner.at += 3;
  const labels = readLabels(scanner, false);
  let characters = 0;
  for (const name in labels) characters += name.length + [...(labels[name] ?? '')].length;
  if (characters > EXEMPLAR_CHARACTERS)
    throw new Broken(
      from,
      `came ${characters} characters in an exemplar's labels, wanted at most ${EXEMPLAR_CHARACTERS}`,
    );
  if (text[scanner.at] !== SPACE) failAt(text, scanner.at, 'a blank before the value');
  scanner.at++;
  const value = readNumber(scanner);
  const { seconds } = readInstant(scanner);
  return seconds === undefined ? { labels, value } : { labels, value, at: Math.round(seconds * 1e3) };
}
