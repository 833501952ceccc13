import type { z } from 'zod';
import type { Path } from './mistake.ts';
import { nearest, orList } from './nearest.ts';
import { ofUnion } from './unions.ts';
import { cameAt, type KnownKeys } from './wanted.ts';

/** One thing wrong with a value: where inside it, and in words. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
  /** It is about the key, not the value. */
  readonly key?: boolean;
  /** A key that is not there. */
  readonly missing?: boolean | undefined;
  /** The right key for a wrong one. */
  readonly meant?: string;
}

export type Issue = z.core.$ZodIssue;

/** Complaints in words from zod's issues with a value that stands at `at`; of a union, those of the branch whose shape fits what came. */
export function complaintsOf(issues: readonly Issue[], value: unknown, known: KnownKeys, at: Path = []): Complaint[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const came = valueAt(value, path);
    const whole = [...at, ...path];
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, path, came, known);
    const missing = came === undefined && path.length > 0;
    if (issue.code === 'invalid_union')
      return ofUnion(issue, came, whole, (branch) => complaintsOf(branch, came, known, whole)).map((one) => ({
        ...one,
        missing: one.missing || (missing && one.path.length === 0),
        path: [...path, ...one.path],
      }));
    if (issue.code === 'invalid_key') return [{ path, key: true, message: `came this key, wanted ${issue.message}` }];
    const shown = cameAt(whole, came, issue.message);
    return [{ path, missing, message: `came ${shown}, wanted ${issue.message}${suggestion(came, issue, shown)}` }];
  });
}

function suggestion(came: unknown, issue: Issue, shown: string): string {
  if (typeof came === 'number' && issue.message.startsWith('a duration')) return `; did you mean ${came}s?`;
  if (issue.message === 'a list' && typeof came === 'string' && came !== '' && shown === JSON.stringify(came))
    return `; did you mean [${shown}]?`;
  if (issue.code === 'invalid_type' && issue.expected === 'boolean' && /^(?:yes|no|on|off)$/i.test(String(came)))
    return `; did you mean ${/^(?:yes|on)$/i.test(String(came))}?`;
  if (issue.code === 'invalid_value' && typeof came === 'number' && issue.values.includes(String(came)))
    return `; write it in quotes: "${came}"`;
  if (issue.code !== 'invalid_value' || typeof came !== 'string') return '';
  const words = issue.values.filter((value) => typeof value === 'string');
  const right = words.length > 1 ? nearest(came, words) : undefined;
  return right === undefined ? '' : `; did you mean ${right}?`;
}

function unknownKeys(keys: readonly string[], path: Path, came: unknown, known: KnownKeys): Complaint[] {
  const right = [...((typeof came === 'object' && came !== null && known.get(came)) || [])];
  return keys.map((key) => {
    const meant = nearest(key, right);
    return { path: [...path, key], key: true, message: unknownKey(key, right), ...(meant && { meant }) };
  });
}

/** What is said of a key that nobody knows. */
export function unknownKey(key: string, right: readonly string[], synonyms?: Readonly<Record<string, string>>): string {
  const meant = nearest(key, right, synonyms);
  if (meant !== undefined) return `came an unknown key; did you mean ${meant}?`;
  return `came an unknown key, wanted ${right.length > 1 ? 'one of ' : ''}${orList(right)}`;
}

/** The value at a path inside another; undefined when there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}
