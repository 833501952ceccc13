import type { z } from 'zod';
import { shapeOf } from './kinds.ts';
import { type Path, pathInWords } from './mistake.ts';
import { isMap } from './monitors.ts';
import type { Sections } from './sections.ts';
import { cameAt } from './wanted.ts';

/** What telling of a section's change needs; it crosses to the box with the config, which has no schemas. Holds no secrets. */
export interface SectionText {
  /** A change holds only from the next start. */
  readonly restart: boolean;
  /** How one of its entries is called, where it is a list of what has names. */
  readonly noun?: string;
  /** The settings as they were written, with those that hold when nothing is, by their path in words. */
  readonly settings: Readonly<Record<string, string>>;
}

/** By the key of the section. */
export type SectionTexts = Readonly<Record<string, SectionText>>;

/** What telling of changes needs to know of every section. */
export function textsOf(written: Readonly<Record<string, unknown>>, list: Sections): SectionTexts {
  return Object.fromEntries(
    Object.entries(list).map(([key, section]) => {
      const { restart = false, noun } = section;
      const schema = 'schema' in section ? section.schema : undefined;
      const settings = noun === undefined ? Object.fromEntries(settingsIn(written[key], schema, [key])) : {};
      return [key, { restart, ...(noun !== undefined && { noun }), settings }];
    }),
  );
}

function settingsIn(written: unknown, schema: z.ZodType | undefined, path: Path): [string, string][] {
  const value = written === undefined ? standardOf(schema) : written;
  if (value === undefined) return [];
  if (isMap(value)) {
    const shape = (schema && shapeOf(schema)) ?? {};
    const keys = [...new Set([...Object.keys(shape), ...Object.keys(value)])];
    return keys.flatMap((key) => settingsIn(value[key], shape[key], [...path, key]));
  }
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  // Quotes only where words would run together.
  const text = isList ? `[${value.join(', ')}]` : cameAt(path, value, '').replace(/^"(\S+)"$/, '$1');
  return [[pathInWords(path), text]];
}

/** What holds when a setting is left out, as one would write it. */
function standardOf(schema: z.ZodType | undefined): unknown {
  return (schema?.def as { readonly defaultValue?: unknown } | undefined)?.defaultValue;
}
