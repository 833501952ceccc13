import type { z } from 'zod';
import { SECRET_WANTED } from '../model/settings.ts';
import type { Path } from './mistake.ts';
import { nearest, orList } from './nearest.ts';
import { cameInWords, type KnownKeys } from './wanted.ts';

/** One thing wrong with a value: where inside it, and in words. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
  /** It is about the key, not the value. */
  readonly key?: boolean;
}

type Issue = z.core.$ZodIssue;

/** Complaints in words from zod's issues with a value; of a union, those of the branch whose shape fits what came. */
export function complaintsOf(issues: readonly Issue[], value: unknown, known: KnownKeys): Complaint[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const came = valueAt(value, path);
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, path, came, known);
    if (issue.code === 'invalid_union')
      return ofUnion(issue, came, known).map((one) => ({ ...one, path: [...path, ...one.path] }));
    if (issue.code === 'invalid_key') return [{ path, key: true, message: `came this key, wanted ${issue.message}` }];
    return [{ path, message: cameAndWanted(came, issue) }];
  });
}

function cameAndWanted(came: unknown, issue: Issue): string {
  const structured = typeof came === 'object' && came !== null;
  if (issue.code === 'custom' && structured && issue.message !== SECRET_WANTED && !(cameInWords(came) === 'a secret'))
    return `wanted ${issue.message}`;
  const words = issue.message === SECRET_WANTED && typeof came === 'string' ? 'text in clear' : cameInWords(came);
  return `came ${words}, wanted ${issue.message}${suggestion(came, issue)}`;
}

function suggestion(came: unknown, issue: Issue): string {
  if (issue.code !== 'invalid_value' || typeof came !== 'string') return '';
  const right = nearest(
    came,
    issue.values.filter((value) => typeof value === 'string'),
  );
  return right === undefined ? '' : `; did you mean ${right}?`;
}

function unknownKeys(keys: readonly string[], path: Path, came: unknown, known: KnownKeys): Complaint[] {
  const right = [...((typeof came === 'object' && came !== null && known.get(came)) || [])];
  return keys.map((key) => ({ path: [...path, key], key: true, message: unknownKey(key, right) }));
}

/** What is said of a key that nobody knows. */
export function unknownKey(key: string, right: readonly string[]): string {
  const meant = nearest(key, right);
  if (meant !== undefined) return `came an unknown key; did you mean ${meant}?`;
  return `came an unknown key, wanted one of ${orList(right)}`;
}

function ofUnion(union: z.core.$ZodIssueInvalidUnion, came: unknown, known: KnownKeys): Complaint[] {
  const fitting = union.errors.filter((branch) => fits(branch));
  const inner = fitting.filter((branch) =>
    branch.some((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  const best = (inner.length > 0 ? inner : fitting).toSorted((a, b) => a.length - b.length)[0];
  if (inner.length > 0 && best !== undefined) return withoutEchoes(complaintsOf(best, came, known));
  if (union.message !== '') return [{ path: [], message: `came ${cameInWords(came)}, wanted ${union.message}` }];
  if (fitting.length === 1 && best !== undefined) return complaintsOf(best, came, known);
  const wanted = [...new Set((fitting.length > 0 ? fitting : union.errors).flatMap(wantedAtRoot))];
  const clear = typeof came === 'string' && wanted.length === 1 && wanted[0] === SECRET_WANTED;
  return [{ path: [], message: `came ${clear ? 'text in clear' : cameInWords(came)}, wanted ${orList(wanted)}` }];
}

/** Whether a branch of a union is of the shape that came, though something inside it is wrong. */
function fits(branch: readonly Issue[]): boolean {
  return !branch.some((issue) => {
    if (issue.path.length > 0) return false;
    if (issue.code === 'invalid_union') return !issue.errors.some(fits);
    return issue.code === 'invalid_type' || issue.message === SECRET_WANTED;
  });
}

function wantedAtRoot(branch: readonly Issue[]): string[] {
  return branch.flatMap((issue) => {
    if (issue.path.length > 0) return [];
    if (issue.code === 'invalid_union' && issue.message === '') return issue.errors.flatMap(wantedAtRoot);
    return issue.message === '' ? [] : [issue.message];
  });
}

/** A missing key is not worth a word where an unknown one beside it is probably meant to be it. */
function withoutEchoes(complaints: readonly Complaint[]): Complaint[] {
  const meant = complaints.flatMap((one) => /did you mean (.+)\?$/.exec(one.message)?.[1] ?? []);
  return complaints.filter(
    (one) => !(one.message.startsWith('came nothing') && meant.includes(String(one.path.at(-1)))),
  );
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
