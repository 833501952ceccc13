import type { Labels } from '../../model/sample.ts';
import type { Instant } from '../../model/time.ts';

/** One series of an instant query: its value at one instant. */
export interface VectorSeries {
  readonly labels: Labels;
  readonly at: Instant;
  readonly value: number;
}
export type Vector = readonly VectorSeries[];

/** One series of a range query: instants in milliseconds and values, in order of time. */
export interface MatrixSeries {
  readonly labels: Labels;
  readonly points: readonly (readonly [at: Instant, value: number])[];
}
export type Matrix = readonly MatrixSeries[];

/** An answer of the query API that is not what its documentation promises. */
export class StrangeAnswer extends Error {
  readonly code = 'storage-strange-answer';
}

/** Reads the answer of `/api/v1/query`; a scalar is one series without labels. Throws `StrangeAnswer`. */
export function readVector(body: Buffer): Vector {
  const { resultType, result } = readData(body);
  if (resultType === 'scalar') return [{ labels: {}, ...pointOf(result) }];
  if (resultType !== 'vector') throw new StrangeAnswer(`the answer is a ${String(resultType)}, wanted a vector`);
  return listOf(result).map((one) => ({ labels: labelsOf(one), ...pointOf(one.value) }));
}

/** Reads the answer of `/api/v1/query_range`. Throws `StrangeAnswer`. */
export function readMatrix(body: Buffer): Matrix {
  const { resultType, result } = readData(body);
  if (resultType !== 'matrix') throw new StrangeAnswer(`the answer is a ${String(resultType)}, wanted a matrix`);
  return listOf(result).map((one) => ({
    labels: labelsOf(one),
    points: listOf(one.values).map((point) => {
      const { at, value } = pointOf(point);
      return [at, value] as const;
    }),
  }));
}

function readData(body: Buffer): Record<string, unknown> {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new StrangeAnswer(`the answer is no JSON, or longer than the ${body.length} bytes that were read`, { cause });
  }
  const { status, data, error } = (answer ?? {}) as Record<string, unknown>;
  if (status === 'success' && typeof data === 'object' && data !== null) return data as Record<string, unknown>;
  throw new StrangeAnswer(`the query failed: ${String(error ?? status)}`);
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
