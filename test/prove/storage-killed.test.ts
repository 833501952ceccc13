import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killBoxes } from '../integration/killing.ts';
import { victoriaMetricsProcess } from '../integration/victoriametrics-process.ts';
import { requireProgram } from '../require-program.ts';

test('the box killed twenty times: every acknowledged sample is in VictoriaMetrics', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  const { acknowledged, missing } = await killBoxes(vm, 20);
  t.diagnostic(`${acknowledged} batches were acknowledged, ${missing.length} are missing`);
  assert.ok(acknowledged > 100);
  assert.deepEqual(missing, []);
});

test('the box and VictoriaMetrics killed again and again: every acknowledged sample is in VictoriaMetrics', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  const { acknowledged, missing } = await killBoxes(vm, 20, async (round) => {
    if (round % 2 === 0) return;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));
    await vm.kill();
    await new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 500));
    await vm.start();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2000));
  });
  t.diagnostic(`${acknowledged} batches were acknowledged, ${missing.length} are missing`);
  assert.ok(acknowledged > 100);
  assert.deepEqual(missing, []);
});
