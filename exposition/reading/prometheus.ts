import type { Labels } from '../../model/sample.ts';
import type { FamilyType, ReadSample } from '../family.ts';
import { BACKSLASH, HASH, LINE_FEED, OPEN, SPACE, TAB } from './characters.ts';
import { Broken, failAt, shown } from './flaws.ts';
import { beginFamily, type GrowingFamily, hashOfLabels, hasSameLabels, type LineReader } from './growing.ts';
import { isEscape, readLabels, unescaped } from './labels.ts';
import { numberIn, readMilliseconds, readNumber } from './number.ts';
import { readName, readSameName, type Scanner, skipBlanks } from './scanner.ts';
import { createSeriesSet } from './series-set.ts';
import { hashOf } from './words.ts';

const NONE: Labels = Object.freeze({});

/** The words of the format, in any case as Go's parser takes them; and what OpenMetrics has beside them, for a lenient reading. */
const TYPES: Readonly<Record<string, FamilyType>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  untyped: 'unknown',
};
const MORE_TYPES: Readonly<Record<string, FamilyType>> = {
  unknown: 'unknown',
  gaugehistogram: 'gaugehistogram',
  gauge_histogram: 'gaugehistogram',
  stateset: 'stateset',
  info: 'info',
};
const PARTS = /^(.+)_(?:sum|count|bucket)$/;

/**
 * Reads the lines of the Prometheus text format 0.0.4 as its document and Go's `expfmt` have it. Beside what these refuse: a
 * series that comes again for the same instant, and label names that begin with `__`. Blanks at the end of a line are allowed,
 * as the document has it.
 */
export function createPrometheusReader(scanner: Scanner, lenient: boolean, untimed: boolean): LineReader {
  const { text } = scanner;
  const families: GrowingFamily[] = [];
  const byName = new Map<string, GrowingFamily>();
  const of = new Map<string, { readonly family: GrowingFamily; readonly hash: number; readonly name: string }>();
  let last = { from: 0, to: 0, it: { family: beginFamily(''), hash: 0, name: '' } };

  const looked = { family: last.it.family, name: '', at: undefined as number | undefined };

  /** Whether an earlier sample is of the series, and of the instant, of the line that is being read. */
  function isLooked(earlier: number): boolean {
    const one = looked.family.samples[earlier] as ReadSample;
    return one.name === looked.name && one.at === looked.at && hasSameLabels(scanner, one.labels);
  }

  /** The family that a name belongs to: its own, or that of the summary or histogram whose part it is. */
  function familyOf(name: string): GrowingFamily {
    const own = byName.get(name);
    if (own !== undefined) return own;
    const whole = byName.get(PARTS.exec(name)?.[1] ?? '');
    if (whole?.type === 'histogram' || (whole?.type === 'summary' && !name.endsWith('_bucket'))) return whole;
    const family = beginFamily(name);
    families.push(family);
    byName.set(name, family);
    return family;
  }

  function readSeries(): typeof last.it {
    const from = scanner.at;
    if (last.to > last.from && readSameName(scanner, last.from, last.to)) return last.it;
    const name = readName(scanner);
    let it = of.get(name);
    if (it === undefined) {
      it = { family: familyOf(name), hash: hashOf(name), name };
      of.set(name, it);
    }
    last = { from, to: scanner.at, it };
    return it;
  }

  function sampleLine(): void {
    const from = scanner.at;
    const { family, hash, name } = readSeries();
    const byte = text[scanner.at];
    if (byte !== OPEN && byte !== SPACE && byte !== TAB) failAt(text, scanner.at, '"{" or a blank after the name');
    skipBlanks(scanner);
    let labels = NONE;
    scanner.labels = 0;
    if (text[scanner.at] === OPEN) {
      scanner.at++;
      labels = readLabels(scanner, true);
      skipBlanks(scanner);
    }
    const valueAt = scanner.at;
    const value = readNumber(scanner);
    skipBlanks(scanner);
    let at: number | undefined;
    if (text[scanner.at] !== LINE_FEED) {
      if (untimed)
        failAt(text, scanner.at, 'the end of the line: samples with instants of their own are not taken here');
      at = readMilliseconds(scanner);
      skipBlanks(scanner);
      if (text[scanner.at] !== LINE_FEED) failAt(text, scanner.at, 'the end of the line');
    }
    checkParts(family, name, labels, value, from, valueAt);
    looked.family = family;
    looked.name = name;
    looked.at = at;
    family.series ??= createSeriesSet();
    if (family.series.add((hash + hashOfLabels(scanner) + (at ?? 0)) | 0, family.samples.length, isLooked) >= 0) {
      const series = shown(text.toString('utf8', from, valueAt).trim());
      throw new Broken(from, `came the series ${series} again, wanted each once`);
    }
    const sample = at === undefined ? { name, labels, value } : { name, labels, value, at };
    family.samples.push(sample);
  }

  function commentLine(): void {
    scanner.at++;
    skipBlanks(scanner);
    const word = text.toString('latin1', scanner.at, scanner.at + 5);
    const isHelp = /^HELP[ \t]/.test(word);
    if (!isHelp && !/^TYPE[ \t]/.test(word)) return;
    scanner.at += 5;
    skipBlanks(scanner);
    if (text[scanner.at] === LINE_FEED) return;
    const nameAt = scanner.at;
    const name = readName(scanner);
    const after = text[scanner.at];
    if (after === LINE_FEED) return;
    if (after !== SPACE && after !== TAB) failAt(text, scanner.at, 'a blank after the name');
    skipBlanks(scanner);
    if (text[scanner.at] === LINE_FEED) return;
    if (isHelp) readHelp(familyOf(name), nameAt);
    else readType(familyOf(name), nameAt);
  }

  function readHelp(family: GrowingFamily, nameAt: number): void {
    if (family.helped) throw new Broken(nameAt, `came a second HELP of ${shown(family.name)}, wanted one`);
    const from = scanner.at;
    const to = text.indexOf(LINE_FEED, from);
    for (let at = text.indexOf(BACKSLASH, from); at >= 0 && at < to; at = text.indexOf(BACKSLASH, at + 2))
      if (!isEscape(text[at + 1])) failAt(text, at, '\\\\ or \\n');
    family.help = unescaped(text.toString('utf8', from, to));
    family.helped = true;
  }

  function readType(family: GrowingFamily, nameAt: number): void {
    if (family.typed) throw new Broken(nameAt, `came a second TYPE of ${shown(family.name)}, wanted one`);
    if (family.samples.length > 0)
      throw new Broken(nameAt, `came the TYPE of ${shown(family.name)} after its samples, wanted it before them`);
    const word = text.toString('utf8', scanner.at, text.indexOf(LINE_FEED, scanner.at)).trimEnd().toLowerCase();
    const type =
      (Object.hasOwn(TYPES, word) ? TYPES[word] : undefined) ??
      (lenient && Object.hasOwn(MORE_TYPES, word) ? MORE_TYPES[word] : undefined);
    if (type === undefined) failAt(text, scanner.at, 'counter, gauge, histogram, summary or untyped');
    family.type = type;
    family.typed = true;
  }

  return {
    families,
    line() {
      skipBlanks(scanner);
      const byte = text[scanner.at];
      if (byte === HASH) commentLine();
      else if (byte !== LINE_FEED) sampleLine();
      if (text[scanner.at] === LINE_FEED) scanner.at++;
      else scanner.at = text.indexOf(LINE_FEED, scanner.at) + 1;
    },
    end() {},
  };
}

function checkParts(
  { type }: GrowingFamily,
  name: string,
  labels: Labels,
  value: number,
  from: number,
  valueAt: number,
): void {
  if (type !== 'histogram' && type !== 'summary') return;
  const of = type === 'histogram' ? 'le' : 'quantile';
  const bound = labels[of];
  if (bound !== undefined && numberIn(bound) === undefined)
    throw new Broken(from, `came ${of}=${shown(bound)}, wanted a number`);
  if (type === 'histogram' && value < 0 && !name.endsWith('_sum'))
    throw new Broken(valueAt, `came the negative count ${value}, wanted 0 or more`);
}
