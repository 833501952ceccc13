import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireProgram } from '../require-program.ts';
import { killBoxes } from './killing.ts';
import { victoriaMetricsProcess } from './victoriametrics-process.ts';

test('the box killed at any instant: every acknowledged sample is in VictoriaMetrics', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  const { acknowledged, missing } = await killBoxes(vm, 4);
  assert.ok(acknowledged > 10);
  assert.deepEqual(missing, []);
});
