import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parametersOf } from '../../../collector/prometheus-api/parameters.ts';
import {
  instantRequest,
  labelsRequest,
  labelValuesRequest,
  rangeRequest,
  seriesRequest,
} from '../../../collector/prometheus-api/requests.ts';

const asked = (text: string) => new URLSearchParams(text);
const sent = (request: { form: URLSearchParams }) => Object.fromEntries(request.form);

test('times are read as Prometheus reads them, and written in seconds', () => {
  const times: readonly (readonly [string, string])[] = [
    ['1767225600', '1767225600'],
    ['1767225600.1234', '1767225600.123'],
    ['1.7672256e9', '1767225600'],
    ['-1', '-1'],
    ['2026-01-01T00:00:00Z', '1767225600'],
    ['2026-01-01T02:00:00.5+02:00', '1767225600.5'],
  ];
  for (const [text, seconds] of times) {
    const { time } = sent(instantRequest(new URLSearchParams({ query: 'up', time: text })));
    assert.equal(time, seconds, text);
  }
  assert.deepEqual(sent(instantRequest(asked('query=up'))), { query: 'up' });
});

test('steps are seconds or durations', () => {
  const step = (text: string) =>
    sent(rangeRequest(new URLSearchParams({ query: 'up', start: '0', end: '1000', step: text }))).step;
  assert.deepEqual(['15', '0.5', '1m', '1h30m', '1d', '500ms', '1m500ms', '1w2d', '1y'].map(step), [
    '15',
    '0.5',
    '60',
    '5400',
    '86400',
    '0.5',
    '60.5',
    '777600',
    '31536000',
  ]);
});

test('what is wrong is said with the name of the parameter', () => {
  const range = (rest: string) => () => rangeRequest(asked(`query=up&${rest}`));
  const wrong: readonly (readonly [() => unknown, RegExp])[] = [
    [() => instantRequest(asked('')), /invalid parameter "query": it is missing or empty/],
    [() => instantRequest(asked('query=%20')), /invalid parameter "query"/],
    [
      () => instantRequest(asked('query=up&time=now')),
      /invalid parameter "time": cannot parse "now" to a valid timestamp/,
    ],
    [() => instantRequest(asked('query=up&time=NaN')), /invalid parameter "time"/],
    [() => instantRequest(asked('query=up&time=Infinity')), /invalid parameter "time"/],
    [() => instantRequest(asked('query=up&time=1e300')), /invalid parameter "time"/],
    [() => instantRequest(asked('query=up&time=2026-13-01T00:00:00Z')), /invalid parameter "time"/],
    [range('end=1&step=1'), /invalid parameter "start": cannot parse "" to a valid timestamp/],
    [range('start=1&step=1'), /invalid parameter "end"/],
    [range('start=2&end=1&step=1'), /invalid parameter "end": end timestamp must not be before start time/],
    [range('start=1&end=2'), /invalid parameter "step": cannot parse "" to a valid duration/],
    [range('start=1&end=2&step=soon'), /invalid parameter "step": cannot parse "soon" to a valid duration/],
    [range('start=1&end=2&step=0'), /zero or negative query resolution step widths are not accepted/],
    [range('start=1&end=2&step=-5'), /zero or negative/],
    [range('start=0&end=11001&step=1'), /exceeded maximum resolution of 11,000 points per timeseries/],
    [() => rangeRequest(asked('start=0&end=1&step=1')), /invalid parameter "query"/],
    [() => seriesRequest(asked('match=up')), /no match\[\] parameter provided/],
    [() => labelsRequest(asked('limit=-1')), /invalid parameter "limit"/],
    [() => labelsRequest(asked('start=2&end=1')), /invalid parameter "end"/],
    [() => labelValuesRequest(asked(''), '../../admin/tsdb/delete_series?x='), /invalid label name: "..\/..\/admin/],
    [() => labelValuesRequest(asked(''), ''), /invalid label name/],
  ];
  for (const [act, words] of wrong)
    assert.throws(
      act,
      (error: Error & { code?: string }) => error.code === 'bad-parameter' && words.test(error.message),
    );
});

test('a form stands before the address, several selectors are all passed on, and nothing that is not known', () => {
  const form = Buffer.from('query=up&match[]=a&extra_label=x%3Dy');
  const parameters = parametersOf(
    asked('query=down&match[]=b'),
    'application/x-www-form-urlencoded; charset=UTF-8',
    form,
  );
  assert.deepEqual(sent(instantRequest(parameters)), { query: 'up' });
  const request = seriesRequest(parameters);
  assert.deepEqual(request.form.getAll('match[]'), ['a', 'b']);
  assert.deepEqual([...new Set(request.form.keys())], ['start', 'match[]']);
  assert.equal(parametersOf(asked('query=down'), 'text/plain', form).get('query'), 'down');
});
