import type { z } from 'zod';
import { SECRET_WANTED } from '../model/settings.ts';
import type { Complaint, Issue } from './issues.ts';
import type { Path } from './mistake.ts';
import { orList } from './nearest.ts';
import { cameAt } from './wanted.ts';

type Branch = readonly Issue[];

/** What is wrong with a value that fits no branch of a union: in the words of the branch whose shape it has, else of all. */
export function ofUnion(
  union: z.core.$ZodIssueInvalidUnion,
  came: unknown,
  at: Path,
  complaintsOf: (branch: Branch) => Complaint[],
): Complaint[] {
  const fitting = union.errors.filter(fits);
  const deeper = fitting.filter(isInside);
  if (deeper.length > 0) return ofAlternatives(deeper.map(complaintsOf), union.message);
  const [only] = fitting;
  if (union.message === '' && fitting.length === 1 && only !== undefined) return complaintsOf(only);
  const all = (fitting.length > 0 ? fitting : union.errors).flatMap(wantedAtRoot);
  const wanted = union.message === '' ? orList([...new Set(all)]) : union.message;
  return [{ path: [], message: `came ${cameAt(at, came, wanted)}, wanted ${wanted}` }];
}

/** Whether a branch is of the shape that came, though something in it is wrong. */
function fits(branch: Branch): boolean {
  return !branch.some((issue) => {
    if (issue.path.length > 0) return false;
    if (issue.code === 'invalid_union') return !issue.errors.some(fits);
    return issue.code === 'invalid_type' || issue.message.startsWith(SECRET_WANTED);
  });
}

/** Whether what is wrong with a branch lies inside the value. */
function isInside(branch: Branch): boolean {
  return branch.some(
    (issue) =>
      issue.path.length > 0 ||
      issue.code === 'unrecognized_keys' ||
      (issue.code === 'invalid_union' && issue.errors.some((inner) => fits(inner) && isInside(inner))),
  );
}

function wantedAtRoot(branch: Branch): string[] {
  return branch.flatMap((issue) => {
    if (issue.path.length > 0) return [];
    if (issue.code === 'invalid_union' && issue.message === '') return issue.errors.flatMap(wantedAtRoot);
    return issue.message === '' ? [] : [issue.message];
  });
}

/** Of several maps that were possible, the one that came nearest; a key that only some of them want is then not missing. */
function ofAlternatives(alternatives: readonly Complaint[][], message: string): Complaint[] {
  const told = alternatives.map(withoutEchoes);
  const missing = told.filter((complaints) => complaints.every((one) => one.missing && one.path.length === 1));
  if (told.length > 1 && missing.length === told.length) {
    const keys = [...new Set(missing.flat().map((one) => String(one.path[0])))];
    return [{ path: [], message: `wanted ${message === '' ? orList(keys) : message}` }];
  }
  const best = told.toSorted((a, b) => a.length - b.length)[0] ?? [];
  const unknown = best.some((one) => one.key);
  return told.length > 1 && unknown ? best.filter((one) => !one.missing) : best;
}

/** A missing key is not worth a word where a wrong one beside it was probably meant to be it. */
export function withoutEchoes(complaints: readonly Complaint[]): Complaint[] {
  return complaints.filter((one) => !isEcho(one, complaints));
}

function isEcho(complaint: Complaint, complaints: readonly Complaint[]): boolean {
  if (!complaint.missing) return false;
  const beside = complaint.path.slice(0, -1).join('\n');
  return complaints.some((one) => one.meant === complaint.path.at(-1) && one.path.slice(0, -1).join('\n') === beside);
}
