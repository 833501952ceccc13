import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { settings } from '../../../../collector/probes/heartbeat/spec.ts';
import { HOUR, MINUTE } from '../../../../model/time.ts';

/** What is wrong with these settings of a heartbeat that anyone may send, as `path: what was wanted`. */
function mistakes(given: object): string[] {
  const read = settings.schema.safeParse({ token: 'none', ...given });
  if (!read.success) return read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return settings.lint(read.data).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('the settings of a nightly backup', () => {
  assert.deepEqual(
    settings.schema.parse({ cron: '15 3 * * *', timezone: 'Europe/London', grace: '2h', max_run: '6h', token: 'none' }),
    {
      cron: '15 3 * * *',
      timezone: 'Europe/London',
      grace: 2 * HOUR,
      max_run: 6 * HOUR,
      token: 'none',
    },
  );
  assert.deepEqual(settings.schema.parse({ every: '10m', token: 'none' }), {
    every: 10 * MINUTE,
    grace: MINUTE,
    token: 'none',
  });
  assert.deepEqual(mistakes({ cron: '@daily' }), []);
  assert.deepEqual(mistakes({ cron: '0 4 * * MON-FRI' }), []);
});

test('either every or cron, and a timezone only for cron', () => {
  assert.deepEqual(mistakes({}), [': either every or cron']);
  assert.deepEqual(mistakes({ every: '1h', cron: '@daily' }), ['cron: either every or cron']);
  assert.deepEqual(mistakes({ every: '1h', timezone: 'UTC' }), [
    'timezone: a timezone only beside cron: every follows no calendar',
  ]);
  assert.deepEqual(mistakes({ every: '0s' }), ['every: at least 1s']);
});

test('a cron expression that cannot be read, or never comes true, is a mistake', () => {
  for (const cron of [
    '',
    '15 3 * *',
    '0 15 3 * * *',
    '61 3 * * *',
    '15 3 * * FOO',
    '2026-01-01T00:00:00',
    '@sometimes',
  ])
    assert.match(mistakes({ cron })[0] ?? '', /^cron: a cron expression of five fields/, cron);
  assert.deepEqual(mistakes({ cron: '0 0 31 2 *' }), ['cron: a cron expression that comes true some day']);
});

test('a zone with a typo gets the nearest right one', () => {
  assert.deepEqual(mistakes({ cron: '@daily', timezone: 'Europe/Lodnon' }), [
    'timezone: the name of a time zone, as Europe/London',
  ]);
});

test('a token in clear is refused, and so is none by mere silence', () => {
  assert.match(mistakes({ every: '1h', token: undefined })[0] ?? '', /^token: a secret.*; or none, when whoever/);
  assert.match(mistakes({ every: '1h', token: 'clear' })[0] ?? '', /^token: a secret/);
});

test('the schema for editors can be made', () => {
  const schema = z.toJSONSchema(settings.schema, { io: 'input', unrepresentable: 'any' });
  assert.deepEqual(Object.keys(schema.properties ?? {}), ['every', 'cron', 'timezone', 'grace', 'token', 'max_run']);
});
