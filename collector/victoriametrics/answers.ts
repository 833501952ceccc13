import { CodedError } from '../../model/errors.ts';
import type { Matrix, Vector } from '../../model/query.ts';
import type { Labels } from '../../model/sample.ts';
import type { Instant } from '../../model/time.ts';

/** An answer of the query API that is not what its documentation promises. */
export class StrangeAnswer extends CodedError {
  readonly code = 'storage-strange-answer';
}

/** The `data` of an answer that says it succeeded. Throws `StrangeAnswer`. */
export function readData(body: Buffer): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new StrangeAnswer('the answer is no JSON', { cause });
  }
  const { status, data, error } = (answer ?? {}) as Record<string, unknown>;
  if (status === 'success') return data;
  throw new StrangeAnswer(`the query failed: ${String(error ?? status)}`);
}

/** Reads the data of `/api/v1/query`; a scalar is one series without labels. Throws `StrangeAnswer`. */
export function readVector(data: unknown): Vector {
  const { resultType, result } = (data ?? {}) as Record<string, unknown>;
  if (resultType === 'scalar') return [{ labels: {}, ...pointOf(result) }];
  if (resultType !== 'vector') throw new StrangeAnswer(`the answer is a ${String(resultType)}, wanted a vector`);
  return listOf(result).map((one) => ({ labels: labelsOf(one), ...pointOf(one.value) }));
}

/** Reads the data of `/api/v1/query_range`. Throws `StrangeAnswer`. */
export function readMatrix(data: unknown): Matrix {
  const { resultType, result } = (data ?? {}) as Record<string, unknown>;
  if (resultType !== 'matrix') throw new StrangeAnswer(`the answer is a ${String(resultType)}, wanted a matrix`);
  return listOf(result).map((one) => ({
    labels: labelsOf(one),
    points: listOf(one.values).map((point) => {
      const { at, value } = pointOf(point);
      return [at, value] as const;
    }),
  }));
}

/** Reads the data of `/api/v1/series`. Throws `StrangeAnswer`. */
export function readSeries(data: unknown): readonly Labels[] {
  return listOf(data) as Labels[];
}

/** Reads the data of `/api/v1/labels` and `/api/v1/label/…/values`. Throws `StrangeAnswer`. */
export function readNames(data: unknown): readonly string[] {
  return listOf(data).map(String);
}

function listOf(result: unknown): Record<string, unknown>[] {
  if (!Array.isArray(result)) throw new StrangeAnswer('the answer has no list where one was promised');
  return result;
}

function labelsOf(series: Record<string, unknown>): Labels {
  return (series.metric ?? {}) as Labels;
}

function pointOf(point: unknown): { at: Instant; value: number } {
  if (!Array.isArray(point) || point.length !== 2) throw new StrangeAnswer('a point is no pair of time and value');
  return { at: Math.round(Number(point[0]) * 1000), value: numberOf(String(point[1])) };
}

function numberOf(text: string): number {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
