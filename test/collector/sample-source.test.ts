import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSampleSources, openSampleSource } from '../../collector/sample-source.ts';
import type { Identity, Labels, Sample } from '../../model/sample.ts';

const NAS: Identity = { job: 'node', instance: 'nas' };
const sample = (name: string, labels: Labels = {}, more: Partial<Sample> = {}): Sample => ({
  name,
  labels,
  value: 1,
  ...more,
});

/** A source, and what of it has ended: the name, the values of the labels, the instance, the instant. */
function open() {
  const ended: string[] = [];
  const offered: string[] = [];
  const sink = {
    offer: (samples: readonly Sample[]) => void offered.push(...samples.map(({ name }) => name)),
    end(samples: readonly Sample[], { instance }: Identity, at: number) {
      for (const { name, labels } of samples) ended.push([name, ...Object.values(labels), instance, at].join(' '));
    },
  };
  const source = openSampleSource(sink);
  const round = (at: number, samples: readonly Sample[], identity = NAS) => {
    source.begin(at);
    for (const one of samples) source.offer([one], identity);
    source.finish();
    return ended.splice(0);
  };
  return { source, round, ended, offered, sink };
}

test('what a round lacks ends at its instant, once', () => {
  const { round } = open();
  assert.deepEqual(round(1000, [sample('a'), sample('b', { x: '1' }), sample('b', { x: '2' })]), []);
  assert.deepEqual(round(2000, [sample('a'), sample('b', { x: '1' }), sample('b', { x: '2' })]), []);
  assert.deepEqual(round(3000, [sample('a'), sample('b', { x: '2' }), sample('c')]), ['b 1 nas 3000']);
  assert.deepEqual(round(4000, [sample('a'), sample('b', { x: '2' }), sample('c')]), []);
  assert.deepEqual(round(5000, []), ['a nas 5000', 'b 2 nas 5000', 'c nas 5000']);
  assert.deepEqual(round(6000, []), []);
});

test('the same series in another order, with its labels in another order or an empty one more, goes on', () => {
  const { round } = open();
  round(1000, [sample('a'), sample('b', { x: '1', y: '2' })]);
  assert.deepEqual(round(2000, [sample('b', { y: '2', x: '1', z: '' }), sample('a')]), []);
  assert.deepEqual(round(3000, [sample('b', { x: '2', y: '1' }), sample('a')]), ['b 2 1  nas 3000']);
});

test('the same name from another instance is another series', () => {
  const { round } = open();
  round(1000, [sample('a')]);
  assert.deepEqual(round(2000, [sample('a')], { job: 'node', instance: 'web' }), ['a nas 2000']);
});

test('a sample with an instant of its own is of no round', () => {
  const { round } = open();
  round(1000, [sample('a', {}, { at: 1 }), sample('b')]);
  assert.deepEqual(round(2000, []), ['b nas 2000']);
});

test('a marker comes after the last value, also where the wall clock was set back', () => {
  const { round } = open();
  round(900_000, [sample('a'), sample('b')]);
  assert.deepEqual(round(1000, [sample('b')]), ['a nas 900001']);
  assert.deepEqual(round(2000, []), ['b nas 2000']);
});

test('a source that ends takes all with it, also of a round that is half given, and takes nothing more', () => {
  const { source, round, ended, offered } = open();
  round(1000, [sample('a'), sample('b')]);
  source.begin(2000);
  source.offer([sample('a'), sample('c')], NAS);
  source.end(2000);
  assert.deepEqual(ended.splice(0), ['a nas 2001', 'b nas 2001', 'a nas 2001', 'c nas 2001']);
  offered.splice(0);
  assert.deepEqual(round(3000, [sample('d')]), []);
  source.end(4000);
  assert.deepEqual([ended, offered, source.ended], [[], [], true]);
});

test('a round that was never finished counts to the one before', () => {
  const { source, round } = open();
  round(1000, [sample('a')]);
  source.begin(2000);
  source.offer([sample('b')], NAS);
  assert.deepEqual(round(3000, [sample('a')]), ['b nas 3000']);
});

test('of the sources by name those that are wanted no more end', () => {
  const { sink, ended } = open();
  const sources = createSampleSources(sink);
  for (const name of ['a', 'b']) {
    sources.of(name).begin(1000);
    sources.of(name).offer([sample(name)], NAS);
    sources.of(name).finish();
  }
  const gone = sources.of('a');
  sources.keepOnly(new Set(['b']), 2000);
  assert.deepEqual(ended, ['a nas 2000']);
  assert.ok(gone.ended && sources.of('a') !== gone && !sources.of('b').ended);
});
