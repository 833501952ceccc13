import { isDeepStrictEqual } from 'node:util';
import { query } from 'jsonpath-rfc9535';
import { oneLine } from '../../../model/outside-text.ts';
import { quote, quoteAfter, type Reason, reason } from '../../../model/reason.ts';
import type { Json, JsonTest } from './http-spec.ts';

/** What is wrong with a body as JSON, as a reason; undefined when every test is met. Pure; may take long. */
export function missedJson(text: string, cut: boolean, tests: readonly JsonTest[]): Reason | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return cut ? ['body is too long to be read as JSON: raise max_body'] : notJson(text);
  }
  for (const test of tests) {
    const miss = missOf(test, query(value as Parameters<typeof query>[0], test.path) as readonly Json[]);
    if (miss !== undefined) return reason`${quote(oneLine(test.path), 'a value in the JSON')} ${miss}`;
  }
  return undefined;
}

function notJson(text: string): Reason {
  const start = oneLine(text.slice(0, 60), 40);
  if (start === '') return ['body is empty, wanted JSON'];
  return reason`body is not JSON${quoteAfter(': it begins with ', `"${start}"`)}`;
}

/** What is wrong with the values that a path selected; undefined when they are as wanted. */
function missOf(test: JsonTest, values: readonly Json[]): Reason | undefined {
  if (test.exists === false)
    return values.length === 0 ? undefined : reason`is there${quoteAfter(': ', shown(values[0]))}`;
  if (values.length === 0) return ['is missing'];
  const expression = test.matches === undefined ? undefined : new RegExp(test.matches, 'u');
  for (const value of values) {
    const wanted = wantedInstead(test, value, expression);
    if (wanted !== undefined)
      return reason`is ${quote(shown(value), 'not as wanted')}${quoteAfter(', wanted ', wanted)}`;
  }
  return undefined;
}

function wantedInstead(test: JsonTest, value: Json, expression: RegExp | undefined): string | undefined {
  if (test.equals !== undefined && !isDeepStrictEqual(value, test.equals)) return shown(test.equals);
  if (test.not !== undefined && isDeepStrictEqual(value, test.not)) return 'anything else';
  const number = typeof value === 'number' ? value : Number.NaN;
  if (test.gt !== undefined && !(number > test.gt)) return `more than ${test.gt}`;
  if (test.gte !== undefined && !(number >= test.gte)) return `at least ${test.gte}`;
  if (test.lt !== undefined && !(number < test.lt)) return `less than ${test.lt}`;
  if (test.lte !== undefined && !(number <= test.lte)) return `at most ${test.lte}`;
  if (expression !== undefined && !(typeof value === 'string' && expression.test(value)))
    return `a match of /${oneLine(expression.source, 80)}/`;
  return undefined;
}

function shown(value: Json | undefined): string {
  return oneLine(JSON.stringify(value) ?? 'nothing', 80);
}
