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
const contains = () => text().describe('A text that it contains.');
const matches = () => pattern().describe('A regular expression that it matches.');

function oneTest() {
  return z.union([
    text().transform((contains): BodyTest => ({ contains, not: false })),
    z.strictObject({ contains: contains() }).transform((test): BodyTest => ({ ...test, not: false })),
    z.strictObject({ matches: matches() }).transform((test): BodyTest => ({ ...test, not: false })),
  ]);
}

/** A test of the body: a text it contains, `{ contains }`, `{ matches }`, or `{ not: … }` of these. */
function bodyTest() {
  return z.union(
    [
      oneTest(),
      z
        .strictObject({ not: oneTest().describe('What must not be.') })
        .transform((turned): BodyTest => ({ ...turned.not, not: true })),
    ],
    'a text that the body contains, { contains: text }, { matches: expression }, or { not: one of these }',
  );
}

function headerTest() {
  return z.union(
    [
      text().transform((equals): HeaderTest => ({ equals })),
      z.strictObject({ equals: text().describe('The whole value.') }),
      z.strictObject({ contains: contains() }),
      z.strictObject({ matches: matches() }),
      z.strictObject({ absent: z.literal(true).describe('There must be no such header.') }),
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
    path: jsonPath().describe('What is looked at: a JSON path (RFC 9535). Every value it selects must fit.'),
    equals: jsonValue.optional().describe('The value, of any JSON type.'),
    not: jsonValue.optional().describe('A value that it must not be.'),
    gt: z.number().optional().describe('A number greater than this.'),
    gte: z.number().optional().describe('A number of at least this.'),
    lt: z.number().optional().describe('A number less than this.'),
    lte: z.number().optional().describe('A number of at most this.'),
    matches: matches().optional(),
    exists: z.boolean().optional().describe('Whether there must be such a value at all.'),
  });
}

function mark() {
  return z.union(
    [
      oneTest(),
      z.strictObject({
        header: text().describe('The name of a header.'),
        value: text().optional().describe('Its value. Any when left out.'),
      }),
    ] as const,
    'a text that only this site’s body contains, { matches: expression }, or { header: name, value: text }',
  ) satisfies z.ZodType<Mark>;
}

/** What a response must be. */
export function expectations() {
  return z.strictObject({
    status: oneOrMore(status())
      .optional()
      .describe('A status, a class or a range, or a list of them. 2xx when left out.'),
    body: oneOrMore(bodyTest())
      .optional()
      .describe('What the body must contain, match or not contain: one test or a list.'),
    headers: z.record(z.string().min(1), headerTest()).optional().describe('What headers must be, by name.'),
    json: oneOrMore(jsonTest()).optional().describe('What values inside a JSON body must be: one test or a list.'),
    mark: mark()
      .optional()
      .describe(
        'What only this site’s responses have. Without it a response is from the wrong site, whatever its status.',
      ),
  });
}
