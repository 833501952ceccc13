import type { Reason } from '../../../model/reason.ts';
import { apart } from '../apart.ts';
import { withinMs } from '../bounded-work.ts';
import type { Expectation, Miss } from './expectation.ts';
import type { JsonTest } from './http-spec.ts';

/** Parsing more than this would hold the loop: it is done in a thread. */
const ON_THE_LOOP = 200_000;
const ON_THE_LOOP_MS = 8;

/** A path that selects one thing by names and indexes, however large the document. */
const SIMPLE_PATH = /^\$(?:\.[\p{L}_][\p{L}\d_]*|\[(?:-?\d+|'[^'\\]*'|"[^"\\]*")\])*$/u;

/**
 * All tests of the body as JSON, which is parsed once. The library that reads paths is loaded when first needed; what would
 * hold the loop is done in a thread.
 */
export function compileJsonTests(tests: readonly JsonTest[]): Expectation[] {
  if (tests.length === 0) return [];
  const simple = tests.every((test) => SIMPLE_PATH.test(test.path) && test.matches === undefined);
  return [
    async ({ body }, signal): Promise<Miss | undefined> => {
      if (body.bytes.length <= ON_THE_LOOP) {
        const { missedJson } = await import('./json-tests.ts');
        const work = (): Reason | undefined => missedJson(body.text, body.cut, tests);
        const inTime = simple ? { done: work() } : withinMs(ON_THE_LOOP_MS, work);
        if ('done' in inTime) return told(inTime.done);
      }
      const module = new URL('json-tests.ts', import.meta.url);
      const outcome = await apart<Reason | undefined>(
        { module, call: 'missedJson', args: [body.text, body.cut, tests] },
        signal,
      );
      return outcome === undefined ? UNTOLD : told(outcome.result);
    },
  ];
}

function told(reason: Reason | undefined): Miss | undefined {
  return reason === undefined ? undefined : { reason, content: true };
}

const UNTOLD: Miss = {
  reason: ['could not tell whether the JSON is as wanted: the paths take too long on it'],
  untold: true,
};
