import type { IncomingMessage } from 'node:http';
import type { Reason } from '../../../model/reason.ts';
import type { BodyText } from './body-text.ts';
import { compileBodyTests } from './expect-body.ts';
import { compileHeaderTests } from './expect-headers.ts';
import { compileJsonTests } from './expect-json.ts';
import { compileMark } from './expect-mark.ts';
import type { Expectations } from './http-spec.ts';

/** A whole response, its body decoded. */
export interface Answer {
  readonly response: IncomingMessage;
  readonly body: BodyText;
}

/** How an expectation was missed. */
export interface Miss {
  readonly reason: Reason;
  /** It could not be told, within the time an expression may take: the finding is unknown. */
  readonly untold?: boolean;
  /** The body or a header is not as wanted, which blackbox_exporter counts apart. */
  readonly content?: boolean;
}

/** One thing expected of an answer; undefined when it is met. A promise only where it must take its time. */
export type Expectation = (answer: Answer, signal: AbortSignal) => Miss | undefined | Promise<Miss | undefined>;

/** What an answer must be beside its status, in the order to tell it. */
export function compileExpectations(expect: Expectations): readonly Expectation[] {
  return [
    ...(expect.mark === undefined ? [] : [compileMark(expect.mark)]),
    ...compileHeaderTests(expect.headers ?? {}),
    ...compileBodyTests(expect.body ?? []),
    ...compileJsonTests(expect.json ?? []),
  ];
}
