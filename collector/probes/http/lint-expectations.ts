import type { BodyTest, Expectations, HttpSpec, JsonTest } from './http-spec.ts';
import type { Lint } from './lint.ts';

/** Expectations that are empty, or that no response could ever meet. */
export function lintExpectations(spec: HttpSpec): Lint[] {
  const { expect } = spec;
  if (expect === undefined) return [];
  const found: Lint[] = [];
  if (Object.values(expect).every((one) => one === undefined))
    found.push({ path: ['expect'], message: 'at least one of status, body, headers, json and mark' });
  found.push(...lintBodyless(spec, expect), ...lintBody(expect.body ?? []));
  for (const name of Object.keys(expect.headers ?? {}))
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name))
      found.push({ path: ['expect', 'headers', name], message: 'the name of a header' });
  for (const [index, test] of (expect.json ?? []).entries()) found.push(...lintJson(test, index));
  return found;
}

function lintBodyless(spec: HttpSpec, expect: Expectations): Lint[] {
  const needsBody = (['body', 'json', 'mark'] as const).filter(
    (key) => expect[key] !== undefined && !(key === 'mark' && expect.mark && 'header' in expect.mark),
  );
  const empty = (status: number): boolean => status === 204 || status === 304 || status < 200;
  const never =
    spec.method === 'HEAD'
      ? 'a HEAD request has no body'
      : expect.status?.every((range) => empty(range.from) && empty(range.to))
        ? 'a response with that status has no body'
        : undefined;
  return never === undefined ? [] : needsBody.map((key) => ({ path: ['expect', key], message: `nothing: ${never}` }));
}

function lintBody(tests: readonly BodyTest[]): Lint[] {
  const wanted = tests.filter((test) => !test.not);
  const found: Lint[] = [];
  for (const [index, test] of tests.entries()) {
    if (!test.not) continue;
    const clash = wanted.find((one) => contradict(one, test));
    if (clash !== undefined)
      found.push({
        path: ['expect', 'body', index],
        message: 'what can be met: the same text is wanted and forbidden',
      });
  }
  return found;
}

function contradict(wanted: BodyTest, forbidden: BodyTest): boolean {
  if ('contains' in wanted && 'contains' in forbidden) return wanted.contains.includes(forbidden.contains);
  if ('matches' in wanted && 'matches' in forbidden) return wanted.matches === forbidden.matches;
  return 'contains' in wanted && 'matches' in forbidden && new RegExp(forbidden.matches, 'u').test(wanted.contains);
}

function lintJson(test: JsonTest, index: number): Lint[] {
  const path = ['expect', 'json', index];
  const said = Object.entries(test).filter(([key, value]) => key !== 'path' && value !== undefined);
  const found: Lint[] = [];
  if (test.exists === false && said.length > 1)
    found.push({ path, message: 'exists: false alone: what is absent has no value' });
  if (test.equals !== undefined && said.some(([key]) => key !== 'equals' && key !== 'exists'))
    found.push({ path, message: 'equals alone: it says all' });
  const above = Math.max(test.gt ?? -Infinity, test.gte ?? -Infinity);
  const below = Math.min(test.lt ?? Infinity, test.lte ?? Infinity);
  const open = test.gt === above || test.lt === below;
  if (above > below || (above === below && open)) found.push({ path, message: 'limits between which a number fits' });
  if (test.matches !== undefined && (Number.isFinite(above) || Number.isFinite(below)))
    found.push({ path, message: 'matches for a text, or gt, gte, lt and lte for a number' });
  return found;
}
