import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDoor } from '../../../collector/spool/door.ts';
import type { Sample } from '../../../model/sample.ts';
import { DAY, MINUTE } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';

const identity = { job: 'probe', instance: 'web', vantage: 'local' };
const own = 'job="probe",instance="web",vantage="local"';

function open() {
  const clock = new FakeClock();
  const said: string[] = [];
  const door = createDoor({ clock, retentionMs: 400 * DAY, onTrouble: (message) => void said.push(message) });
  const admit = (sample: Partial<Sample>, who = identity) =>
    door
      .admit([{ name: 'heat', labels: {}, value: 1, ...sample }], who, clock.now())
      .map(({ bytes }) => bytes.toString())
      .join('');
  return { clock, said, door, admit };
}

test('every sample leaves with who measured it and when', () => {
  const { admit, clock } = open();
  assert.equal(admit({}), `heat{${own}} 1 ${clock.now()}\n`);
  assert.equal(
    admit({ at: clock.now() - 5, labels: { side: 'top' } }),
    `heat{${own},side="top"} 1 ${clock.now() - 5}\n`,
  );
});

test('a pusher can not pass itself off as another: its own job, instance and vantage become exported_', () => {
  const { admit, clock } = open();
  const labels = { job: 'x', instance: 'y', exported_instance: 'z', vantage: 'w' };
  const expected = 'exported_job="x",exported_exported_instance="y",exported_instance="z",exported_vantage="w"';
  assert.equal(admit({ labels }), `heat{${own},${expected}} 1 ${clock.now()}\n`);
  const { vantage: _, ...nowhere } = identity;
  assert.match(admit({ labels: { vantage: 'forged' } }, nowhere as typeof identity), /,exported_vantage="forged"\}/);
});

test('labels without a value are left out, as Prometheus does', () => {
  const { admit, clock } = open();
  assert.equal(admit({ labels: { empty: '', a: 'b' } }), `heat{${own},a="b"} 1 ${clock.now()}\n`);
});

test('what VictoriaMetrics would drop or garble is turned away, counted by flaw and said once', () => {
  const { admit, clock, door, said } = open();
  const many = Object.fromEntries(Array.from({ length: 27 }, (_, index) => [`l${index}`, 'x']));
  const flawed: [string, Partial<Sample>][] = [
    ['name', { name: '9lives' }],
    ['name', { name: '' }],
    ['name', { name: 'a{b="c"} 1\nforged' }],
    ['too_long', { name: 'x'.repeat(257) }],
    ['label', { labels: { 'a-b': 'x' } }],
    ['label', { labels: { __name__: 'other' } }],
    ['label', { labels: { 'a="b"} 1\nforged': 'x' } }],
    ['too_long', { labels: { a: 'x'.repeat(1025) } }],
    ['too_many_labels', { labels: many }],
    ['future', { at: clock.now() + 2 * DAY + 1 }],
    ['future', { at: Number.NaN }],
    ['too_old', { at: clock.now() - 400 * DAY - 1 }],
    ['too_old', { at: Number.NEGATIVE_INFINITY }],
  ];
  const counted = new Map<string, number>();
  for (const [flaw, sample] of flawed) {
    assert.equal(admit(sample), '', `${flaw} ${JSON.stringify(sample).slice(0, 80)}`);
    counted.set(flaw, (counted.get(flaw) ?? 0) + 1);
    assert.deepEqual(new Map(door.refused), counted);
  }
  assert.equal(said.length, counted.size);
  assert.match(said[0] ?? '', /sample "9lives" from "probe\/web" was not taken: its name/);
});

test('a flaw that goes on is said again every ten minutes, not every time', async () => {
  const { admit, clock, said } = open();
  for (let i = 0; i < 100; i++) admit({ name: '9lives' });
  assert.equal(said.length, 1);
  await clock.advance(10 * MINUTE);
  admit({ name: '9lives' });
  assert.equal(said.length, 2);
});

test('one flawed sample does not keep the others of its push out', () => {
  const { door, clock } = open();
  const samples = ['9lives', 'heat', 'heat'].map((name) => ({ name, labels: {}, value: 1 }));
  const [lines] = door.admit(samples, identity, clock.now());
  assert.equal(lines?.count, 2);
});

test('infinities pass: VictoriaMetrics keeps them', () => {
  const { admit } = open();
  assert.match(admit({ value: Number.POSITIVE_INFINITY }), /\} \+Inf /);
});

test('a value that is no number is no flaw: it ends its series', () => {
  const { door, clock } = open();
  const at = clock.now();
  const lines = door.admit(
    [
      { name: 'heat', labels: { side: 'top' }, value: Number.NaN },
      { name: 'cold', labels: {}, value: 1 },
    ],
    identity,
    at,
  );
  assert.deepEqual(
    lines.map(({ kind, count, bytes }) => [kind, count, bytes.toString()]),
    [
      ['values', 1, `cold{${own}} 1 ${at}\n`],
      ['stale', 1, `heat{${own},side="top"} NaN ${at}\n`],
    ],
  );
  assert.equal(door.refused.size, 0);
});
