import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeText } from '../../exposition/write.ts';

test('a sample is one line: name, labels, value, and its instant in milliseconds where it has one', () => {
  const text = writeText([
    { name: 'up', labels: {}, value: 1 },
    { name: 'http_requests_total', labels: { code: '200', method: 'GET' }, value: 1027, at: 1395066363000.4 },
  ]);
  assert.equal(text, 'up 1\nhttp_requests_total{code="200",method="GET"} 1027 1395066363000\n');
});

test('quotes, backslashes and line ends in label values are escaped, all else stands as it is', () => {
  const text = writeText([{ name: 'disk', labels: { path: 'C:\\DIR\\"FILE"\nnext', sign: 'é{}, \t🚂' }, value: 0 }]);
  assert.equal(text, 'disk{path="C:\\\\DIR\\\\\\"FILE\\"\\nnext",sign="é{}, \t🚂"} 0\n');
});

test('numbers are written as Go reads them, to the last bit', () => {
  const values = [0.1, 1e21, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -3];
  const text = writeText(values.map((value) => ({ name: 'x', labels: {}, value })));
  assert.equal(text, 'x 0.1\nx 1e+21\nx 5e-324\nx NaN\nx +Inf\nx -Inf\nx -3\n');
});
