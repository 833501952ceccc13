import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mountsIn } from '../../../exporters/mounts/mountinfo.ts';
import type { MountsSettings } from '../../../exporters/mounts/settings.ts';
import { chooseWatched } from '../../../exporters/mounts/watched.ts';

const TABLES = join(import.meta.dirname, 'tables');
const NOTHING: MountsSettings = { expect: [], writable: [], skip: [], skipTypes: [], timeoutMs: 5_000, root: '/' };

const CASES: readonly (readonly [name: string, table: string, settings: Partial<MountsSettings>])[] = [
  ['server', 'server', {}],
  [
    'server-expecting',
    'server',
    {
      expect: ['/srv/media', '/srv/archive', '/snap/core22/1033', '/srv/usb'],
      writable: ['/srv/data', '/srv/tape'],
      skip: ['/run', '/srv/back'],
      skipTypes: ['vfat', 'fuse.lxcfs'],
    },
  ],
  ['names', 'names', {}],
  ['covered', 'covered', { expect: ['/mnt/disk', '/srv/twice/inside'] }],
  ['read-only', 'read-only', {}],
];

for (const [name, table, settings] of CASES) {
  test(`what is watched of the mounts of ${name} is the golden list (UPDATE_GOLDEN=1 writes it anew)`, () => {
    const all = [...mountsIn(readFileSync(join(TABLES, `${table}.mountinfo`)), table)];
    const { mounts, absent } = chooseWatched(all, { ...NOTHING, ...settings });
    const lines = [...mounts, ...[...absent].map(([point, why]) => ({ absent: point, why }))];
    const written = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const golden = join(TABLES, `${name}.golden`);
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, written);
    assert.equal(written, readFileSync(golden, 'utf8'));
  });
}

test('a table that is none is refused with its line, and what came', () => {
  const broken = Buffer.from('28 1 254:1 / / rw - ext4 /dev/vda1 rw\nhello world\n');
  assert.throws(() => [...mountsIn(broken, '/proc/1/mountinfo')], {
    message: '/proc/1/mountinfo:2: came "hello world", wanted a line of mountinfo',
  });
});

test('the table of this very machine is read, and / is among what is watched', () => {
  const all = [...mountsIn(readFileSync('/proc/self/mountinfo'), 'self')];
  const { mounts } = chooseWatched(all, { ...NOTHING, expect: ['/'] });
  assert.ok(mounts.some(({ point }) => point === '/'));
});
