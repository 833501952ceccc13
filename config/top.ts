import type { z } from 'zod';
import type { Complain, Inspect } from './inspector.ts';
import { unknownKey } from './issues.ts';
import type { Path } from './mistake.ts';
import { type Top, topShape } from './schema.ts';

/** The settings at the top of the file that are right; of the others it has complained. */
export function readTop(
  value: Readonly<Record<string, unknown>>,
  inspect: Inspect,
  complain: Complain,
  known: readonly string[],
): Top {
  const top = readEach(topShape, value, [], inspect) as Top;
  for (const key of Object.keys(value)) if (!known.includes(key)) complain([key], unknownKey(key, known), true);
  return top;
}

/** Validates each setting that is there for itself, so that one mistake hides no other. */
export function readEach(
  shape: Readonly<Record<string, z.ZodType>>,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  inspect: Inspect,
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(shape)) {
    if (!Object.hasOwn(value, key)) continue;
    const result = inspect(schema, value[key], [...path, key]);
    if (result !== undefined) read[key] = result;
  }
  return read;
}
