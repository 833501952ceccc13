import { type Readable, Transform } from 'node:stream';
import { hasCode, messageOf } from '../../model/errors.ts';
import { type Answer, type Asked, BodyTooLarge, type Method, type Route } from '../../model/route.ts';
import { reveal, type Secret } from '../../model/secret.ts';
import { type Clock, SECOND, spanInWords } from '../../model/time.ts';
import { limitConcurrency } from '../../runtime/concurrency.ts';
import { bearerIn, passwordIn, sameText } from '../server/token.ts';
import type { VictoriaMetrics } from '../victoriametrics/client.ts';
import { readAtMost, refusalIn } from '../victoriametrics/query.ts';
import { buildInfo, errorAnswer, metadata } from './answers.ts';
import { BadParameter, durationIn, parametersOf } from './parameters.ts';
import {
  instantRequest,
  labelsRequest,
  labelValuesRequest,
  rangeRequest,
  type StorageRequest,
  seriesRequest,
} from './requests.ts';

/** What the Prometheus API needs of the rest of the box. */
export interface PrometheusApiCalls {
  readonly client: Pick<VictoriaMetrics, 'ask'>;
  readonly clock: Clock;
  readonly version: string;
  /** What a client must bring, as a bearer token or as the password of a login; undefined when nothing. */
  readonly token: () => string | Secret | undefined;
}

const FORM_BYTES = 256 << 10;
const LONGEST_MS = 30 * SECOND;
const AT_ONCE = 4;
const WAITING = 32;
const MAX_ANSWER_BYTES = 64 << 20;
const MAX_REFUSAL_BYTES = 64 << 10;

/**
 * The reading part of Prometheus' HTTP API, below `/prometheus`: for Grafana, promtool and curl. Nothing is passed on to VictoriaMetrics
 * but questions, each with parameters that were read here.
 */
export function prometheusRoutes(calls: PrometheusApiCalls): Route[] {
  const ask = createAsking(calls);
  const both: Method[] = ['GET', 'POST'];
  const route = (
    path: string,
    methods: readonly Method[],
    answer: (parameters: URLSearchParams, asked: Asked) => Answer | Promise<Answer>,
  ): Route => ({
    on: ['box'],
    for: 'readers',
    methods,
    path: `/prometheus/api/v1/${path}`,
    handle: (asked) => guarded(calls, asked, answer),
  });
  const stored = (path: string, methods: readonly Method[], read: (parameters: URLSearchParams) => StorageRequest) =>
    route(path, methods, (parameters, { signal }) => ask(read(parameters), parameters, signal));
  return [
    stored('query', both, instantRequest),
    stored('query_range', both, rangeRequest),
    stored('series', both, seriesRequest),
    stored('labels', both, labelsRequest),
    route('label/:name/values', ['GET'], (parameters, { params, signal }) =>
      ask(labelValuesRequest(parameters, params.name ?? ''), parameters, signal),
    ),
    route('metadata', ['GET'], metadata),
    route('status/buildinfo', ['GET'], () => buildInfo(calls.version)),
  ];
}

/** Answers who may ask, and what cannot be read in Prometheus' words. */
async function guarded(
  { token }: PrometheusApiCalls,
  asked: Asked,
  answer: (parameters: URLSearchParams, asked: Asked) => Answer | Promise<Answer>,
): Promise<Answer> {
  const wanted = token();
  const given = bearerIn(asked.headers) ?? passwordIn(asked.headers);
  if (wanted !== undefined && (given === undefined || !sameText(given, reveal(wanted))))
    return errorAnswer(401, 'unauthorized', given === undefined ? 'a token is wanted' : 'this is not the token', {
      'www-authenticate': 'Basic realm="signalbox", charset="UTF-8"',
    });
  try {
    const body = asked.method === 'POST' ? await asked.read(FORM_BYTES) : Buffer.alloc(0);
    return await answer(parametersOf(asked.query, asked.headers['content-type'] ?? '', body), asked);
  } catch (error) {
    if (error instanceof BadParameter) return errorAnswer(400, 'bad_data', error.message);
    if (error instanceof BodyTooLarge) return errorAnswer(413, 'bad_data', error.message);
    throw error;
  }
}

type Ask = (request: StorageRequest, parameters: URLSearchParams, gone: AbortSignal) => Promise<Answer>;

function createAsking({ client, clock }: PrometheusApiCalls): Ask {
  const concurrency = limitConcurrency(AT_ONCE, WAITING);
  return async ({ path, form }, parameters, gone) => {
    const ms = Math.min(LONGEST_MS, Math.max(1, durationIn(parameters, 'timeout') ?? LONGEST_MS));
    const late = new AbortController();
    const signal = AbortSignal.any([gone, late.signal]);
    const opened = new DisposableStack();
    opened.defer(clock.after(ms, () => late.abort(new Error(`no answer within ${spanInWords(ms)}`))));
    try {
      opened.use(await concurrency.begin(signal));
      form.set('timeout', `${Math.ceil(ms / 1000)}s`);
      const { status, body } = await client.ask(path, form, signal);
      if (status !== 200) return refusalOf(status, (await readAtMost(body, MAX_REFUSAL_BYTES)) ?? Buffer.alloc(0));
      const ending = opened.move();
      return {
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
        body: passedOn(body, MAX_ANSWER_BYTES, () => ending.dispose()),
      };
    } catch (error) {
      if (gone.aborted) return errorAnswer(503, 'unavailable', 'nobody waits for this answer');
      if (late.signal.aborted) return errorAnswer(503, 'timeout', messageOf(late.signal.reason));
      if (hasCode(error, 'too-busy', 'storage-unreachable')) return errorAnswer(503, 'unavailable', messageOf(error));
      throw error;
    } finally {
      opened.dispose();
    }
  };
}

/** A body as it comes, at the pace at which it is taken; longer than so many bytes, it breaks off. `done` is called once however it ends. */
function passedOn(body: Readable, maxBytes: number, done: () => void): Readable {
  let left = maxBytes;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      left -= chunk.length;
      next(left < 0 ? new Error(`an answer of more than ${maxBytes} bytes was cut off`) : null, chunk);
    },
  });
  limited.once('close', () => {
    body.destroy();
    done();
  });
  body.once('error', (error) => limited.destroy(error));
  return body.pipe(limited);
}

/** VictoriaMetrics' refusals in Prometheus' kinds: a query that cannot be read or run is the client's fault, all else the storage's. */
function refusalOf(status: number, body: Buffer): Answer {
  if (status === 400) return errorAnswer(400, 'bad_data', refusalIn(body));
  if (status === 422) return errorAnswer(422, 'execution', refusalIn(body));
  return errorAnswer(503, 'unavailable', `VictoriaMetrics answered ${status}: ${refusalIn(body)}`);
}
