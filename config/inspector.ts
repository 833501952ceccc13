import type { z } from 'zod';
import { complaintsOf } from './issues.ts';
import type { Path } from './mistake.ts';
import { withoutEchoes } from './unions.ts';
import { type KnownKeys, wantedBy } from './wanted.ts';

/** Notes a mistake with a setting; `key` when it is about the key rather than the value. */
export type Complain = (path: Path, message: string, key?: boolean) => void;

/** Validates a value at a path: what the schema makes of it, or undefined after complaining. `locate` says where a part of it was written, or that it need not be spoken of. */
export type Inspect = <Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  path: Path,
  locate?: (inside: Path) => Path | undefined,
) => Output | undefined;

/** An inspector that complains in words. */
export function inspectorOf(complain: Complain): Inspect {
  const known: KnownKeys = new WeakMap();
  const error = wantedBy(known);
  return (schema, value, path, locate = (inside) => [...path, ...inside]) => {
    const result = schema.safeParse(value, { error });
    if (result.success) return result.data;
    const complaints = withoutEchoes(complaintsOf(result.error.issues, value, known, path));
    for (const one of complaints) {
      const at = locate(one.path);
      if (at !== undefined) complain(at, one.message, one.key);
    }
    return undefined;
  };
}
