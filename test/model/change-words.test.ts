import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../model/change.ts';
import { groupChanges, mostTelling } from '../../model/change-groups.ts';
import { changeInWords, groupInWords } from '../../model/change-words.ts';
import { MINUTE, SECOND } from '../../model/time.ts';

const NOW = Date.UTC(2026, 0, 1);
const HASH = '51b9e03c6f1a';

test('what became of a thing is said in a few words, and never as a hash', () => {
  const words = (change: Partial<Change>) => changeInWords({ at: NOW, kind: 'package', what: 'x', ...change });
  assert.equal(words({ from: '1', to: '2' }), '1 → 2');
  assert.equal(words({ from: '1', to: '1' }), '1 again');
  assert.equal(words({ to: '2' }), 'new: 2');
  assert.equal(words({ from: '1' }), 'gone, was 1');
  assert.equal(words({ detail: 'the machine started\nmore' }), 'the machine started');
  assert.equal(words({ kind: 'config', from: 'a', to: 'b', detail: 'changed web' }), 'changed web');
  assert.equal(words({ kind: 'unit', from: HASH, to: '0123456789ab' }), 'changed');
  assert.equal(words({ kind: 'unit', to: HASH }), 'new');
  assert.equal(words({ kind: 'unit', from: HASH }), 'gone');
  const mask = 'link to /dev/null';
  assert.equal(words({ kind: 'unit', from: HASH, to: mask }), 'masked');
  assert.equal(words({ kind: 'unit', to: mask }), 'masked');
  assert.equal(words({ kind: 'unit', from: mask }), 'unmasked');
  assert.equal(words({ kind: 'unit', from: mask, to: HASH }), 'unmasked and changed');
  const link = 'link to /lib/systemd/system/web.service';
  const wanted = { kind: 'unit', what: 'multi-user.target.wants/web.service' } as const;
  assert.equal(words({ ...wanted, to: link }), 'enabled');
  assert.equal(words({ ...wanted, from: link }), 'disabled');
  assert.equal(words({ kind: 'unit', to: link }), `new: ${link}`);
  assert.equal(words({ kind: 'unit', from: link, to: HASH }), 'changed');
  assert.equal(words({ kind: 'firewall', from: 'legacy', to: 'nf_tables' }), 'legacy → nf_tables');
  assert.equal(words({ kind: 'image', from: HASH, to: '0123456789ab' }), `${HASH} → 0123456789ab`);
});

test('two runs of the same command an hour apart are two; what came between them does not part one', () => {
  const upgrade = (at: number, what: string, detail = 'apt upgrade'): Change => ({
    at,
    kind: 'package',
    what,
    to: '2',
    detail,
  });
  const changes = [
    upgrade(NOW, 'b1'),
    { at: NOW - SECOND, kind: 'unit', what: 'b.service', to: HASH } as const,
    upgrade(NOW - 2 * SECOND, 'b2'),
    upgrade(NOW - 3 * SECOND, 'own', ''),
    upgrade(NOW - 60 * MINUTE, 'a1'),
    upgrade(NOW - 61 * MINUTE, 'a2'),
  ];
  assert.deepEqual(
    groupChanges(changes).map((group) => [groupInWords(group).what, group.changes.length]),
    [
      ['apt upgrade', 2],
      ['b.service', 1],
      ['own', 1],
      ['apt upgrade', 2],
    ],
  );
  assert.deepEqual(groupChanges([]), []);
  assert.deepEqual(mostTelling([], 5), []);
});

test('a package that the command names stands before those that came along', () => {
  const run = ['liba', 'tool', 'libb'].map(
    (what, index): Change => ({ at: NOW - index, kind: 'package', what, to: '1', detail: 'apt-get -y install tool' }),
  );
  const [group] = groupChanges(run);
  assert.ok(group);
  assert.deepEqual(groupInWords(group), {
    what: 'apt-get install tool',
    became: '3 packages: tool new: 1, liba new: 1, libb new: 1',
  });
});

test('that a run failed is said beside what it did', () => {
  const detail = 'apt upgrade\nit failed: Sub-process /usr/bin/dpkg returned an error code (1)';
  const run = ['curl', 'wget'].map(
    (what, index): Change => ({ at: NOW - index, kind: 'package', what, from: '1', to: '2', detail }),
  );
  const words = (changes: readonly Change[]) => groupChanges(changes).map((group) => groupInWords(group).became);
  assert.deepEqual(words(run), ['2 packages: curl 1 → 2, wget 1 → 2; the run failed']);
  assert.deepEqual(words(run.slice(1)), ['1 → 2; the run failed']);
  const inSteps = run.map((one) => ({ ...one, detail: one.what === 'wget' ? detail : 'apt upgrade' }));
  assert.deepEqual(words(inSteps), ['2 packages: curl 1 → 2, wget 1 → 2; the step with wget failed']);
  assert.deepEqual(words(run.map((one) => ({ ...one, detail: 'apt upgrade' }))), [
    '2 packages: curl 1 → 2, wget 1 → 2',
  ]);
});
