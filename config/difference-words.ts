import { type ConfigWithTexts, differenceOf, isSame } from './difference.ts';

/** So many names of a sort are told. */
const NAMED = 20;

/** What differs between two configs, in one line without secrets: `added mail; removed old; changed web, db`. Undefined when nothing does. */
export function differenceInWords(from: ConfigWithTexts, to: ConfigWithTexts): string | undefined {
  const { settings, restart } = differenceOf(from, to);
  const lists = Object.entries(to.texts).flatMap(([key, { noun }]) => {
    if (noun === undefined) return [];
    const { added, removed, changed } = namedDifference(listIn(from, key), listIn(to, key));
    return [said('added', noun, added), said('removed', noun, removed), said('changed', noun, changed)];
  });
  const words = [...lists, ...settings, ...restart].filter((piece) => piece !== '').join('; ');
  return words === '' ? undefined : words;
}

function listIn({ config }: ConfigWithTexts, key: string): readonly { readonly name: string }[] {
  return ((config as Record<string, unknown>)[key] ?? []) as readonly { readonly name: string }[];
}

function namedDifference(before: readonly { name: string }[], after: readonly { name: string }[]) {
  const old = new Map(before.map((one) => [one.name, one]));
  const names = new Set(after.map(({ name }) => name));
  return {
    added: [...names].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !names.has(name)),
    changed: after.filter((one) => old.has(one.name) && !isSame(one, old.get(one.name))).map(({ name }) => name),
  };
}

function said(verb: string, noun: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${verb} ${noun === '' ? '' : `${noun} `}${names.slice(0, NAMED).join(', ')}${more}`;
}
