import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildDashboards } from '../../dashboards/build.ts';
import { lint, rules } from '../../dashboards/lint.ts';
import { samples } from './samples.ts';

const built = buildDashboards();

test('every dashboard keeps every rule', () => {
  for (const [uid, text] of built) assert.deepEqual(lint(uid, JSON.parse(text)), [], uid);
});

test('each rule has a sample that breaks it, and it alone', () => {
  assert.deepEqual(Object.keys(samples).sort(), Object.keys(rules).sort());
  for (const [rule, breaks] of Object.entries(samples))
    for (const broken of breaks) {
      const sample = JSON.parse(built.get('signalbox-overview') ?? '');
      broken(sample);
      const complaints = lint('signalbox-overview', sample);
      assert.deepEqual([...new Set(complaints.map((one) => one.rule))], [rule], `${rule}: ${broken}`);
      for (const { words } of complaints) assert.ok(words.length > 20 && !words.includes('undefined'), words);
    }
});
