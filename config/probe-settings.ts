import { Secret } from '../model/secret.ts';
import type { Complain } from './inspector.ts';
import { unknownKey } from './issues.ts';
import type { KindSettings } from './kinds.ts';
import type { Path } from './mistake.ts';
import { nearest } from './nearest.ts';
import { cameInWords } from './wanted.ts';

export interface Gathered {
  /** The settings of the probe in one object, as its schema wants them. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Where in the file a setting inside that object was written; undefined when it need not be spoken of. */
  readonly locate: (inside: Path) => Path | undefined;
}

/** Gathers the settings of a probe from its key, where they stand as an object or as the value of the shorthand, and from beside it. */
export function gatherSettings(
  monitor: Readonly<Record<string, unknown>>,
  kind: KindSettings,
  path: Path,
  common: readonly string[],
  complain: Complain,
): Gathered | undefined {
  const value: Record<string, unknown> = {};
  const origins = new Map<string, Path>();
  const own = monitor[kind.name];
  const meant = new Set<string>();
  const take = (key: string, setting: unknown, origin: Path, right: () => string[]): void => {
    if (!kind.keys.has(key)) {
      complain(origin, unknownKey(key, right()), true);
      meant.add(nearest(key, right()) ?? '');
    } else if (origins.has(key))
      complain(origin, `came a second time, wanted once; it also stands in ${kind.name}`, true);
    else {
      value[key] = setting;
      origins.set(key, origin);
    }
  };
  const { shorthand } = kind.spec;
  if (typeof own === 'object' && own !== null && !Array.isArray(own) && !(own instanceof Secret))
    for (const [key, setting] of Object.entries(own))
      take(key, setting, [...path, kind.name, key], () => [...kind.keys]);
  else if (shorthand !== undefined) take(shorthand, own, [...path, kind.name], () => []);
  else {
    complain([...path, kind.name], `came ${cameInWords(own)}, wanted a map of settings`);
    return undefined;
  }
  for (const [key, setting] of Object.entries(monitor))
    if (key !== kind.name && !common.includes(key)) take(key, setting, [...path, key], () => [...common, ...kind.keys]);
  const locate = ([first, ...rest]: Path): Path | undefined => {
    if (first === undefined) return [...path, kind.name];
    // A setting that is missing because its name was mistyped has been spoken of.
    if (meant.has(String(first)) && !origins.has(String(first))) return undefined;
    return [...(origins.get(String(first)) ?? [...path, kind.name, first]), ...rest];
  };
  return { value, locate };
}
