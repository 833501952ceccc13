import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readData,
  readMatrix,
  readNames,
  readSeries,
  readVector,
  StrangeAnswer,
} from '../../../collector/victoriametrics/answers.ts';
import { generationOf } from '../../../collector/victoriametrics/generation.ts';

const answer = (data: unknown) => Buffer.from(JSON.stringify({ status: 'success', data }));

test('an instant query gives labels, instants in milliseconds and numbers, infinities too', () => {
  const result = [
    { metric: { __name__: 'up', job: 'probe' }, value: [1767225600.123, '0.5'] },
    { metric: {}, value: [1767225600, '+Inf'] },
    { metric: {}, value: [1767225600, '-Inf'] },
    { metric: {}, value: [1767225600, 'NaN'] },
  ];
  assert.deepEqual(readVector(readData(answer({ resultType: 'vector', result }))), [
    { labels: { __name__: 'up', job: 'probe' }, at: 1767225600123, value: 0.5 },
    { labels: {}, at: 1767225600000, value: Number.POSITIVE_INFINITY },
    { labels: {}, at: 1767225600000, value: Number.NEGATIVE_INFINITY },
    { labels: {}, at: 1767225600000, value: Number.NaN },
  ]);
  assert.deepEqual(readVector(readData(answer({ resultType: 'scalar', result: [1, '2'] }))), [
    { labels: {}, at: 1000, value: 2 },
  ]);
});

test('a range query gives the points of each series in order', () => {
  const result = [{ metric: { a: 'b' }, values: [[1, '2'], [3, '4']] }]; // biome-ignore format: pairs
  assert.deepEqual(readMatrix(readData(answer({ resultType: 'matrix', result }))), [
    { labels: { a: 'b' }, points: [[1000, 2], [3000, 4]] }, // biome-ignore format: pairs
  ]);
});

test('series come as labels, and names as text', () => {
  assert.deepEqual(readSeries(readData(answer([{ __name__: 'up', job: 'a' }]))), [{ __name__: 'up', job: 'a' }]);
  assert.deepEqual(readNames(readData(answer(['job', 'instance']))), ['job', 'instance']);
  assert.throws(() => readNames(readData(answer({}))), /no list/);
});

test('an answer that is not what was promised is an error that says what came', () => {
  const strange: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.from('<html>'), /no JSON/],
    [Buffer.from('{"status":"success","data":{"resultType":"vector","result":[{"met'), /no JSON/],
    [Buffer.from('null'), /the query failed/],
    [Buffer.from('{"status":"error","error":"unknown function nope"}'), /unknown function nope/],
    [answer({ resultType: 'matrix', result: [] }), /is a matrix, wanted a vector/],
    [answer({ resultType: 'vector', result: 7 }), /no list/],
    [answer({ resultType: 'vector', result: [{ metric: {}, value: [1] }] }), /no pair/],
  ];
  for (const [body, words] of strange)
    assert.throws(
      () => readVector(readData(body)),
      (error: Error) => error instanceof StrangeAnswer && words.test(error.message),
    );
});

test('a run of VictoriaMetrics is known by its start, and what it dropped by its counters', () => {
  const { name, droppedRows } = generationOf(
    [
      '# HELP vm_app_start_timestamp x',
      'vm_rows_ignored_total{reason="big_timestamp"} 3',
      'vm_rows_invalid_total{type="prometheus"} 0',
      'vm_rows_total{type="prometheus"} 100',
      'process_start_time_seconds 1795224227',
      'vm_app_start_timestamp 1795224227',
    ].join('\n'),
  );
  assert.equal(name, '1795224227');
  assert.deepEqual([...droppedRows], [['big_timestamp', 3], ['prometheus', 0]]); // biome-ignore format: pairs
  assert.equal(generationOf('').name, 'unknown');
});
