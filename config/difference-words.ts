import type { Config } from '../model/config.ts';
import { differenceOf, isSame } from './difference.ts';

/** So many names of a sort are told. */
const NAMED = 20;

/** What differs between two configs, in one line without secrets: `added mail; removed old; changed web, db`. Undefined when nothing does. */
export function differenceInWords(before: Config, after: Config): string | undefined {
  const { added, removed, restart } = differenceOf(before, after);
  const exporters = namedDifference(before.exporters, after.exporters);
  const pieces = [
    said('added', added),
    said('removed', removed),
    said('changed', namedDifference(before.monitors, after.monitors).changed),
    said('added exporter', exporters.added),
    said('removed exporter', exporters.removed),
    said('changed exporter', exporters.changed),
    ...(before.title === after.title ? [] : ['another title']),
    ...(isSame(before.online, after.online) ? [] : ['another online']),
    ...restart,
  ];
  const words = pieces.filter((piece) => piece !== '').join('; ');
  return words === '' ? undefined : words;
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

function said(verb: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${verb} ${names.slice(0, NAMED).join(', ')}${more}`;
}
