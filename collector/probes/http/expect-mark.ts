import { type Reason, reason } from '../../../model/reason.ts';
import { compileBodyTest, untold } from './expect-body.ts';
import type { Expectation, Miss } from './expectation.ts';
import type { Mark } from './http-spec.ts';
import { statusInWords } from './status-words.ts';

/** The identity of the answer: a right status without the site's own mark is some other site's answer. */
export function compileMark(mark: Mark): Expectation {
  if ('header' in mark) {
    const lower = mark.header.toLowerCase();
    return ({ response }) => {
      const values = response.headersDistinct[lower] ?? [];
      const right = mark.value === undefined ? values.length > 0 : values.includes(mark.value);
      return right ? undefined : wrongPage(statusInWords(response));
    };
  }
  const has = compileBodyTest(mark);
  return async ({ response, body }, signal) => {
    const told = await has(body, signal);
    if (told === undefined) return untold(mark);
    return told ? undefined : wrongPage(statusInWords(response));
  };
}

function wrongPage(status: Reason): Miss {
  return { reason: reason`wrong page: ${status}, but without the site's own mark`, content: true };
}
