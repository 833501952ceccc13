import type { z } from 'zod';
import { Secret } from '../model/secret.ts';
import { SECRET_WANTED } from '../model/settings.ts';
import type { Path } from './mistake.ts';
import { orList } from './nearest.ts';

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of settings',
  record: 'a map of settings',
  null: 'nothing',
};

const FORMATS: Readonly<Record<string, string>> = {
  url: 'a URL',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  safeint: 'a whole number',
  hostname: 'a host name',
};

/** The keys that a strict object knows, by the value that was validated against it. */
export type KnownKeys = WeakMap<object, Set<string>>;

/**
 * An error map for zod that says what was wanted. A schema's own message wins over it, so that after validating, every issue's message
 * is what was wanted; a union's is empty. What unknown keys could have been is noted in `known`.
 */
export function wantedBy(known: KnownKeys): z.core.$ZodErrorMap {
  return (issue) => {
    if (issue.code === 'unrecognized_keys') {
      const input = issue.input as unknown;
      const shape = (issue.inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
      if (typeof input === 'object' && input !== null && shape !== undefined) {
        const keys = known.get(input) ?? new Set();
        for (const key of Object.keys(shape)) keys.add(key);
        known.set(input, keys);
      }
      return '';
    }
    return wanted(issue);
  };
}

function wanted(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return orList(issue.values.map((value) => String(value)));
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'text of another form';
    case 'too_small':
      return bound(String(issue.origin), 'at least', issue.minimum);
    case 'too_big':
      return bound(String(issue.origin), 'at most', issue.maximum);
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'another key';
    case 'invalid_union':
      return '';
    default:
      return 'something else';
  }
}

function bound(origin: string, words: string, limit: number | bigint): string {
  if (origin === 'string')
    return words === 'at least' && limit === 1 ? 'text that is not empty' : `text of ${words} ${limit} characters`;
  if (origin === 'array') return `a list of ${words} ${limit === 1 ? 'one' : limit}`;
  return `a number of ${words} ${limit}`;
}

/** Names of settings whose value may be a secret that was written in clear by mistake. */
const TELLTALE = /auth|cookie|credential|key|pass|private|pwd|secret|session|signature|token/i;

/** What came at a path, as it may be shown with what was wanted. The first two steps may be a monitor's name. */
export function cameAt(path: Path, value: unknown, wanted: string): string {
  const clear =
    wanted.startsWith(SECRET_WANTED) || path.slice(2).some((step) => typeof step === 'string' && TELLTALE.test(step));
  return clear && typeof value === 'string' ? 'text in clear' : cameInWords(value);
}

/** What came, as it may be shown: nothing of a secret, and no more of a text than helps. */
export function cameInWords(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (value instanceof Secret) return 'a secret';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  if (typeof value !== 'string') return String(value);
  // What looks like a user and password, or the value of a parameter, is not shown.
  const safe = value.replace(/\/\/[^\s/]*@/g, '//…@').replace(/([?&][^=&\s]+=)[^&#\s]*/g, '$1…');
  return JSON.stringify(safe.length > 60 ? `${safe.slice(0, 60)}…` : safe);
}
