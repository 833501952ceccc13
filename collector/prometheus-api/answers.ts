import type { Metric } from '../../model/metric.ts';
import { catalogue } from '../../model/metrics/index.ts';
import { type Answer, sayJson } from '../../model/route.ts';
import { limitIn } from './parameters.ts';

/** The kinds of errors that Prometheus' HTTP API has, and one for who may not ask. */
export type ErrorType = 'bad_data' | 'execution' | 'timeout' | 'unavailable' | 'unauthorized';

/** An error as Prometheus' HTTP API writes it. */
export function errorAnswer(
  status: number,
  errorType: ErrorType,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const answer = sayJson(status, { status: 'error', errorType, error });
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** Data as Prometheus' HTTP API writes it. */
export function successAnswer(data: unknown): Answer {
  return sayJson(200, { status: 'success', data });
}

/**
 * `/api/v1/status/buildinfo`. By the version Grafana decides what it may ask: since 2.24 that is `match[]` for labels, all that is answered
 * here and nothing that is not.
 */
export function buildInfo(version: string): Answer {
  const revision = `signalbox-${version}`;
  return successAnswer({ version: '2.24.0', revision, branch: '', buildUser: '', buildDate: '', goVersion: '' });
}

/** `/api/v1/metadata`: what the catalogue says of each metric. Throws `BadParameter`. */
export function metadata(parameters: URLSearchParams): Answer {
  const wanted = parameters.get('metric');
  const limit = limitIn(parameters, 'limit');
  const found = catalogue
    .flatMap((group): Metric[] => Object.values(group))
    .filter(({ name }) => wanted === null || wanted === '' || name === wanted);
  const entries = found.map(({ name, type, help }) => [name, [{ type: asPrometheusSays(type), help, unit: '' }]]);
  return successAnswer(Object.fromEntries(entries.slice(0, limit)));
}

/** The text format has no type for constants, and calls what has none unknown. */
function asPrometheusSays(type: Metric['type']): string {
  return type === 'info' ? 'gauge' : type === 'untyped' ? 'unknown' : type;
}
