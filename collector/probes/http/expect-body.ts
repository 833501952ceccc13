import { oneLine } from '../../../model/outside-text.ts';
import { quote, quoteAfter, type Reason, reason } from '../../../model/reason.ts';
import { patientMatcher } from '../patient-match.ts';
import type { BodyText } from './body-text.ts';
import type { Expectation, Miss } from './expectation.ts';
import type { BodyTest } from './http-spec.ts';
import { bytesInWords } from './status-words.ts';

/** Whether a test is met; `undefined` when that could not be told in time. */
export type Told = boolean | undefined;

/** Whether the body has what the test names, `not` aside. */
export function compileBodyTest(test: BodyTest): (body: BodyText, signal: AbortSignal) => Told | Promise<Told> {
  if ('contains' in test) {
    const needle = Buffer.from(test.contains);
    return (body) => body.contains(needle);
  }
  const matches = patientMatcher(test.matches, 'u');
  return (body, signal) => matches(body.text, signal);
}

/** One expectation a test, in their order. */
export function compileBodyTests(tests: readonly BodyTest[]): Expectation[] {
  return tests.map((test) => {
    const has = compileBodyTest(test);
    const judge = (told: Told, body: BodyText): Miss | undefined => {
      if (told === undefined) return untold(test);
      return told === test.not ? { reason: missed(test, body), content: true } : undefined;
    };
    return ({ body }, signal) => {
      const told = has(body, signal);
      return told instanceof Promise ? told.then((late) => judge(late, body)) : judge(told, body);
    };
  });
}

/** The miss of an expression that took too long. */
export function untold(test: BodyTest): Miss {
  const source = 'matches' in test ? test.matches : test.contains;
  return {
    reason: reason`could not tell whether the body matches${quoteAfter(' ', `/${oneLine(source, 80)}/`)}: the expression takes too long on it`,
    untold: true,
  };
}

function missed(test: BodyTest, body: BodyText): Reason {
  const verb = 'contains' in test ? 'contain' : 'match';
  const text = 'contains' in test ? `"${oneLine(test.contains, 80)}"` : `/${oneLine(test.matches, 80)}/`;
  if (test.not)
    return reason`body ${verb}${verb === 'match' ? 'es' : 's'} ${quote(text, 'something')}, which it must not`;
  if (body.bytes.length === 0) return reason`body is empty${quoteAfter(', wanted ', text)}`;
  const where = body.cut ? reason` in its first ${bytesInWords(body.bytes.length)}` : [];
  return reason`body does not ${verb} ${quote(text, 'what it should')}${where}`;
}
