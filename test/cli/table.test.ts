import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignedTable, wrapped } from '../../cli/table.ts';

test('one very long name pushes its own line alone', () => {
  const rows = [
    ['a', 'running'],
    ['abcdef', 'exited'],
    ['a-very-long-name', 'new'],
  ];
  assert.deepEqual(alignedTable(rows, 6), ['a       running', 'abcdef  exited', 'a-very-long-name  new']);
  assert.deepEqual(alignedTable(rows.slice(0, 2)), ['a       running', 'abcdef  exited']);
});

test('a line that is too long goes on below: its last column first, then words, and never without end', () => {
  assert.deepEqual(wrapped('07:00  web  from one to another', 20, 7), [
    '07:00  web',
    '       from one to',
    '       another',
  ]);
  assert.deepEqual(wrapped('07:00  web', 10, 7), ['07:00  web']);
  assert.deepEqual(wrapped('07:00  web          running', 20, 7), ['07:00  web  running']);
  assert.deepEqual(wrapped('07:00  averylongwordindeed and more', 10, 7), [
    '07:00  averylongwordindeed',
    '       and',
    '       more',
  ]);
  assert.deepEqual(wrapped('nowhere-to-break-at-all', 10, 7), ['nowhere-to-break-at-all']);
  assert.deepEqual(wrapped('a b', 0, 0), ['a', 'b']);
});
