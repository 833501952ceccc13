import type { Readable } from 'node:stream';
import { hasCode, messageOf } from '../../model/errors.ts';
import { oneLine } from '../../model/outside-text.ts';
import type { Query, QueryFailure, QueryOptions, QueryOutcome, SelectOptions } from '../../model/query.ts';
import { type Clock, SECOND, spanInWords } from '../../model/time.ts';
import { limitConcurrency } from '../../runtime/concurrency.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { readData, readMatrix, readNames, readSeries, readVector } from './answers.ts';
import type { VictoriaMetrics } from './client.ts';

export interface QueryContext {
  readonly client: Pick<VictoriaMetrics, 'ask'>;
  readonly clock: Clock;
  /** How many are under way at once; 4 when left out. */
  readonly atOnce?: number;
  /** Of an answer; 4 MB when left out: it is parsed in one go. */
  readonly maxBytes?: number;
}

const LONGEST_MS = 10 * SECOND;
const AT_ONCE = 4;
const WAITING = 64;
const MAX_BYTES = 4 << 20;
const MAX_SERIES = 10_000;
const MAX_POINTS = 11_000;

/** The typed way to ask VictoriaMetrics; see `Query` for what it promises. */
export function createQuery({ client, clock, atOnce = AT_ONCE, maxBytes = MAX_BYTES }: QueryContext): Query {
  const concurrency = limitConcurrency(atOnce, WAITING);

  async function fetched<Answer extends readonly unknown[]>(
    path: string,
    form: URLSearchParams,
    read: (data: unknown) => Answer,
    signal: AbortSignal,
  ): Promise<QueryOutcome<Answer>> {
    using _turn = await concurrency.begin(signal);
    const { status, body } = await client.ask(path, form, signal);
    const bytes = await readAtMost(body, maxBytes);
    if (bytes === undefined) return failed('too-large', `the answer is larger than ${maxBytes} bytes`);
    if (status !== 200) return refusal(status, bytes);
    const answer = read(readData(bytes));
    if (answer.length > MAX_SERIES)
      return failed('too-large', `the answer has ${answer.length} series, and ${MAX_SERIES} are taken`);
    return { kind: 'answer', answer };
  }

  async function ask<Answer extends readonly unknown[]>(
    path: string,
    form: URLSearchParams,
    read: (data: unknown) => Answer,
    { signal, longestMs = LONGEST_MS }: QueryOptions = {},
  ): Promise<QueryOutcome<Answer>> {
    try {
      return await withDeadline({ clock, ms: longestMs, ...(signal && { signal }) }, (ending) =>
        fetched(path, form, read, ending),
      );
    } catch (error) {
      if (signal?.aborted) throw error;
      if (hasCode(error, 'deadline-passed', 'left-behind'))
        return failed('timeout', `no answer within ${spanInWords(longestMs)}`);
      return failed(hasCode(error, 'too-busy') ? 'busy' : 'unreachable', messageOf(error));
    }
  }

  return {
    instant: (expression, { at, ...options } = {}) =>
      ask('/api/v1/query', formOf({ query: expression, time: at }), readVector, options),
    async range(expression, { from, to, stepMs, ...options }) {
      if (!(stepMs >= 1 && to >= from))
        return failed('refused', 'a range ends after it begins, and its step is positive');
      if ((to - from) / stepMs > MAX_POINTS)
        return failed('refused', `a series of more than ${MAX_POINTS} points: a longer step is wanted`);
      const form = formOf({ query: expression, start: from, end: to });
      form.set('step', String(stepMs / 1000));
      return ask('/api/v1/query_range', form, readMatrix, options);
    },
    series: (selectors, options) => ask('/api/v1/series', selection(selectors, options), readSeries, options),
    labels: (selectors = [], options) => ask('/api/v1/labels', selection(selectors, options), readNames, options),
    labelValues: (label, selectors = [], options) =>
      ask(`/api/v1/label/${encodeURIComponent(label)}/values`, selection(selectors, options), readNames, options),
  };
}

/** Instants are written in seconds. */
function formOf(fields: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) form.set(name, typeof value === 'number' ? String(value / 1000) : value);
  return form;
}

/** Without a beginning, as with one of 0, VictoriaMetrics 1.79 would list the last five minutes: those of their days. */
function selection(selectors: readonly string[], { from = 1, to }: SelectOptions = {}): URLSearchParams {
  const form = formOf({ start: from, end: to });
  for (const selector of selectors) form.append('match[]', selector);
  return form;
}

/** The whole of a body; undefined when it is longer than that. */
export async function readAtMost(body: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let got = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    got += chunk.length;
    if (got > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** 400 and 422 are about the query; anything else about the storage, its address or its login. */
function refusal(status: number, body: Buffer): { kind: QueryFailure; words: string } {
  const about = status === 400 || status === 422 ? 'refused' : 'unreachable';
  return failed(
    about,
    about === 'refused' ? refusalIn(body) : `VictoriaMetrics answered ${status}: ${refusalIn(body)}`,
  );
}

/** What an answer that is none says for people. */
export function refusalIn(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') return oneLine(error, 1000);
  } catch {}
  return oneLine(text, 1000);
}

function failed(kind: QueryFailure, words: string): { kind: QueryFailure; words: string } {
  return { kind, words };
}
