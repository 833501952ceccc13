import parsePath from 'jsonpath-rfc9535/parser';
import { z } from 'zod';
import { oneOrMore, pattern } from '../../../model/settings.ts';
import type { BodyTest, HeaderTest, Json, Mark, StatusRange } from './http-spec.ts';

const STATUS_WANTED = 'a status such as 200, a class such as 2xx, or a range such as 200-204';

/** One status, class or range. */
export function status() {
  return z
    .union([z.number(), z.string()], STATUS_WANTED)
    .transform((value, context): StatusRange => {
      const range = parseStatus(String(value));
      if (range !== undefined) return range;
      context.issues.push({ code: 'custom', input: value, message: STATUS_WANTED });
      return z.NEVER;
    })
    .meta({ examples: [200, '2xx', '200-204'] });
}

function parseStatus(text: string): StatusRange | undefined {
  const [, digit] = /^([1-5])xx$/i.exec(text) ?? [];
  if (digit !== undefined) return { from: Number(digit) * 100, to: Number(digit) * 100 + 99 };
  const [, from, to = from] = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(text) ?? [];
  return from === undefined || Number(to) < Number(from) ? undefined : { from: Number(from), to: Number(to) };
}

const text = () => z.string().min(1);

function oneTest() {
  return z.union([
    text().transform((contains): BodyTest => ({ contains, not: false })),
    z.strictObject({ contains: text() }).transform((test): BodyTest => ({ ...test, not: false })),
    z.strictObject({ matches: pattern() }).transform((test): BodyTest => ({ ...test, not: false })),
  ]);
}

/** A test of the body: a text it contains, `{ contains }`, `{ matches }`, or `{ not: … }` of these. */
function bodyTest() {
  return z.union(
    [oneTest(), z.strictObject({ not: oneTest() }).transform((turned): BodyTest => ({ ...turned.not, not: true }))],
    'a text that the body contains, { contains: text }, { matches: expression }, or { not: one of these }',
  );
}

function headerTest() {
  return z.union(
    [
      text().transform((equals): HeaderTest => ({ equals })),
      z.strictObject({ equals: text() }),
      z.strictObject({ contains: text() }),
      z.strictObject({ matches: pattern() }),
      z.strictObject({ absent: z.literal(true) }),
    ],
    'the value of the header, { contains: text }, { matches: expression }, or { absent: true }',
  );
}

const jsonValue: z.ZodType<Json> = z.json() as z.ZodType<Json>;

function jsonPath() {
  return text().refine(
    (path) => {
      try {
        parsePath(path);
        return true;
      } catch {
        return false;
      }
    },
    { message: 'a JSON path that compiles, as $.items[0].name (RFC 9535)' },
  );
}

function jsonTest() {
  return z.strictObject({
    path: jsonPath(),
    equals: jsonValue.optional(),
    not: jsonValue.optional(),
    gt: z.number().optional(),
    gte: z.number().optional(),
    lt: z.number().optional(),
    lte: z.number().optional(),
    matches: pattern().optional(),
    exists: z.boolean().optional(),
  });
}

function mark() {
  return z.union(
    [oneTest(), z.strictObject({ header: text(), value: text().optional() })] as const,
    'a text that only this site’s body contains, { matches: expression }, or { header: name, value: text }',
  ) satisfies z.ZodType<Mark>;
}

/** What a response must be. */
export function expectations() {
  return z.strictObject({
    status: oneOrMore(status()).optional(),
    body: oneOrMore(bodyTest()).optional(),
    headers: z.record(z.string().min(1), headerTest()).optional(),
    json: oneOrMore(jsonTest()).optional(),
    mark: mark().optional(),
  });
}
