import { HASH, IN_NAME, KIND, LINE_FEED, SPACE } from './characters.ts';
import { Broken, failAt, shown } from './flaws.ts';
import type { GrowingFamily } from './growing.ts';
import { unescaped } from './labels.ts';
import { isType } from './openmetrics-types.ts';
import { readName, type Scanner } from './scanner.ts';

const CARRIAGE_RETURN = 13;

/**
 * Reads a line that begins with `#`, up to its line feed: of TYPE, HELP or UNIT, into the family that `familyOf` gives for its
 * name. True where it is the line `# EOF`. Throws `Broken`.
 */
export function readMetadata(scanner: Scanner, familyOf: (name: string, at: number) => GrowingFamily): boolean {
  const { text } = scanner;
  const from = scanner.at;
  const kind = text.toString('latin1', from, from + 7);
  if (text[from] === HASH && kind.startsWith('# EOF')) {
    scanner.at += 5;
    if (text[scanner.at] !== LINE_FEED) failAt(text, scanner.at, 'the end of the line after # EOF');
    return true;
  }
  if (kind !== '# TYPE ' && kind !== '# HELP ' && kind !== '# UNIT ')
    failAt(text, from, '# TYPE, # HELP, # UNIT or # EOF, with a blank after each word');
  scanner.at += kind.length;
  const nameAt = scanner.at;
  const name = readName(scanner);
  if (text[scanner.at] !== SPACE) failAt(text, scanner.at, 'a blank after the name');
  scanner.at++;
  const family = familyOf(name, from);
  if (kind === '# TYPE ') readType(scanner, family, nameAt);
  else if (kind === '# HELP ') readHelp(scanner, family, nameAt);
  else readUnit(scanner, family, nameAt);
  const { type, unit } = family;
  if (unit !== '' && (type === 'info' || type === 'stateset'))
    throw new Broken(nameAt, `came the unit ${shown(unit)} of a family of type ${type}, wanted none`);
  return false;
}

function readType({ text, at }: Scanner, family: GrowingFamily, nameAt: number): void {
  if (family.typed) throw twice('TYPE', family, nameAt);
  const type = text.toString('utf8', at, text.indexOf(LINE_FEED, at));
  if (!isType(type)) failAt(text, at, 'gauge, counter, histogram, gaugehistogram, summary, stateset, info or unknown');
  family.type = type;
  family.typed = true;
}

function readHelp({ text, at }: Scanner, family: GrowingFamily, nameAt: number): void {
  if (family.helped) throw twice('HELP', family, nameAt);
  const to = text.indexOf(LINE_FEED, at);
  if (to > at && text[to - 1] === CARRIAGE_RETURN)
    failAt(text, to - 1, 'the end of the line without a carriage return');
  family.help = unescaped(text.toString('utf8', at, to));
  family.helped = true;
}

function readUnit({ text, at }: Scanner, family: GrowingFamily, nameAt: number): void {
  if (family.united) throw twice('UNIT', family, nameAt);
  let to = at;
  while (((KIND[text[to] as number] as number) & IN_NAME) !== 0) to++;
  if (text[to] !== LINE_FEED) failAt(text, to, 'letters, digits, "_" or ":" of a unit, or the end of the line');
  const unit = text.toString('latin1', at, to);
  if (unit !== '' && !family.name.endsWith(`_${unit}`))
    throw new Broken(
      nameAt,
      `came the name ${shown(family.name)}, wanted one that ends with its unit: ${shown(`_${unit}`)}`,
    );
  family.unit = unit;
  family.united = true;
}

function twice(kind: string, { name }: GrowingFamily, at: number): Broken {
  return new Broken(at, `came a second ${kind} of ${shown(name)}, wanted one`);
}
