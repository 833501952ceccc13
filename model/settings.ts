/** The pieces that the settings of all parts are made of. A custom issue's message says what was wanted; the config door adds where and what came. */
import { z } from 'zod';
import { Secret } from './secret.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w)\s*)+$/;
const DURATION_WANTED = 'a duration such as 30s, 5m, 2h or 1d';

/** What is said when a secret stands in clear; the door then never prints what came. */
export const SECRET_WANTED = `a secret: \${NAME} from the environment, or { file: path }; never in clear`;

/** Milliseconds of a written duration such as `30s`, `1h 30m`, `500ms`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g))
    ms += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return Math.round(ms);
}

/** A span of time, written `30s`, `5m`, `2h`, `1d`; in code, milliseconds. */
export function duration() {
  return z
    .string(DURATION_WANTED)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined) return ms;
      context.issues.push({ code: 'custom', input: text, message: DURATION_WANTED });
      return z.NEVER;
    })
    .meta({ title: 'duration', type: 'string', pattern: DURATION.source, examples: ['30s', '5m', '2h'] });
}

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const SIZE = /^(\d+(?:\.\d+)?)\s*(B|[kMGT]B|[KMGT]iB)$/;
const SIZE_WANTED = 'a size such as 500MB, 2GB or 1.5GiB';

/** Bytes of a written size such as `500MB`, `2GB`, `1.5GiB`; undefined when it is none. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (BYTES[unit ?? ''] ?? 0));
}

/** An amount of data, written `500MB`, `2GB`, `1.5GiB`; in code, bytes. */
export function size() {
  return z
    .string(SIZE_WANTED)
    .transform((text, context) => {
      const bytes = parseSize(text);
      if (bytes !== undefined) return bytes;
      context.issues.push({ code: 'custom', input: text, message: SIZE_WANTED });
      return z.NEVER;
    })
    .meta({ title: 'size', type: 'string', pattern: SIZE.source, examples: ['500MB', '2GB'] });
}

/** A secret: by the time it is validated, `${NAME}` and `{ file: … }` have become a `Secret`; text in clear is refused. */
export function secret() {
  return z
    .custom<Secret>((value) => value instanceof Secret, {
      message: SECRET_WANTED,
    })
    .meta({ title: 'secret' });
}

/** Text that may hold a secret (a URL with a token in it): plain text, or a `Secret` where it was written with `${NAME}`. */
export function textOrSecret() {
  return z.union([z.string().min(1), secret()], `text, or a secret as \${NAME} or { file: path }`);
}

/** A regular expression, kept as its source. `flags` are those it will be compiled with. */
export function pattern(flags = 'u') {
  return z
    .string()
    .min(1)
    .refine(
      (source) => {
        try {
          new RegExp(source, flags);
          return true;
        } catch {
          return false;
        }
      },
      { message: 'a regular expression that compiles' },
    )
    .meta({ format: 'regex' });
}

/** One value or a list of them; in code, always a list. */
export function oneOrMore<T extends z.ZodType>(one: T) {
  return z
    .union([one, z.array(one).min(1)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[]);
}

/** A duration from `least` to `most` milliseconds; `wanted` says so in words. */
export function between(least: number, most: number, wanted: string) {
  return duration().refine((ms) => ms >= least && ms <= most, { message: wanted });
}

/** Names of things of ours, one or a list, each once; in code, always a list. */
export function names<T extends z.ZodType<string>>(one: T) {
  return oneOrMore(one).superRefine((list, context) => {
    for (const [index, name] of list.entries())
      if (list.indexOf(name) < index) context.addIssue({ code: 'custom', path: [index], message: 'each name once' });
  });
}

/** Says what a setting does, for editors and the docs, and what holds when it is left out, where only that is to be said. */
export function described<T extends z.ZodType>(schema: T, description: string, standard?: unknown): T {
  return schema.meta({ description, ...(standard === undefined ? {} : { default: standard }) });
}

/** A setting that may be left out: what it does, for editors and the docs, and what then holds, as one would write it. */
export function setting<T extends z.ZodType>(schema: T, description: string, standard: z.input<T>) {
  return described(schema.prefault(standard as never), description);
}

const SHARE_WANTED = 'a share such as 0.4 or 40%';

/** A share, written `0.4` or `40%`; in code, from 0 to 1. */
export function share() {
  return z
    .union([z.number(), z.string().regex(/^\d+(\.\d+)?%$/, SHARE_WANTED)], SHARE_WANTED)
    .transform((value) => (typeof value === 'number' ? value : Number(value.slice(0, -1)) / 100))
    .refine((value) => value > 0 && value <= 1, { message: 'a share above 0 and at most 1 (100%)' })
    .meta({ examples: [0.4, '40%'] });
}
