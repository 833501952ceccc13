import type { Instant } from '../../model/time.ts';
import { BadParameter, durationIn, instantIn, invalid, limitIn, neededInstantIn, textIn } from './parameters.ts';

/** What VictoriaMetrics is asked: one of a few paths, with parameters that were read and written anew. */
export interface StorageRequest {
  readonly path: string;
  readonly form: URLSearchParams;
}

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** As many as Prometheus gives. */
const MAX_POINTS = 11_000;

/** `/api/v1/query`: throws `BadParameter`. */
export function instantRequest(parameters: URLSearchParams): StorageRequest {
  const form = new URLSearchParams({ query: textIn(parameters, 'query') });
  put(form, 'time', instantIn(parameters, 'time'));
  return { path: '/api/v1/query', form };
}

/** `/api/v1/query_range`: throws `BadParameter`. */
export function rangeRequest(parameters: URLSearchParams): StorageRequest {
  const start = neededInstantIn(parameters, 'start');
  const end = neededInstantIn(parameters, 'end');
  if (end < start) throw invalid('end', 'end timestamp must not be before start time');
  const stepMs = durationIn(parameters, 'step');
  if (stepMs === undefined) throw invalid('step', 'cannot parse "" to a valid duration');
  if (stepMs < 1)
    throw invalid('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer');
  if ((end - start) / stepMs > MAX_POINTS)
    throw new BadParameter(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  const form = new URLSearchParams({ query: textIn(parameters, 'query'), step: String(stepMs / 1000) });
  put(form, 'start', start);
  put(form, 'end', end);
  return { path: '/api/v1/query_range', form };
}

/** `/api/v1/series`: throws `BadParameter`. */
export function seriesRequest(parameters: URLSearchParams): StorageRequest {
  if (parameters.getAll('match[]').length === 0) throw new BadParameter('no match[] parameter provided');
  return { path: '/api/v1/series', form: selection(parameters) };
}

/** `/api/v1/labels`: throws `BadParameter`. */
export function labelsRequest(parameters: URLSearchParams): StorageRequest {
  return { path: '/api/v1/labels', form: selection(parameters) };
}

/** `/api/v1/label/<name>/values`: throws `BadParameter`. */
export function labelValuesRequest(parameters: URLSearchParams, name: string): StorageRequest {
  if (!LABEL.test(name)) throw new BadParameter(`invalid label name: ${JSON.stringify(name.slice(0, 100))}`);
  return { path: `/api/v1/label/${name}/values`, form: selection(parameters) };
}

/** Without a beginning all that is kept is meant, as with Prometheus; VictoriaMetrics would list the last five minutes. */
function selection(parameters: URLSearchParams): URLSearchParams {
  const form = new URLSearchParams();
  const start = instantIn(parameters, 'start') ?? 0;
  const end = instantIn(parameters, 'end');
  if (end !== undefined && end < start) throw invalid('end', 'end timestamp must not be before start time');
  put(form, 'start', start);
  put(form, 'end', end);
  for (const selector of parameters.getAll('match[]')) form.append('match[]', selector);
  const limit = limitIn(parameters, 'limit');
  if (limit !== undefined) form.set('limit', String(limit));
  return form;
}

function put(form: URLSearchParams, name: string, at: Instant | undefined): void {
  if (at !== undefined) form.set(name, String(at / 1000));
}
