import assert from 'node:assert/strict';
import { symlink, unlink } from 'node:fs/promises';
import { test } from 'node:test';
import { openLocalTime } from '../../../exporters/changes/logs/local-time.ts';
import { zoneOf } from '../../../exporters/changes/machine.ts';
import { machineFor } from './machine.ts';

const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

test('a local time is read in the zone of the machine, summer and winter, east and west, half hours too', () => {
  for (const [zone, text, wanted] of [
    ['Europe/Berlin', '2026-01-15 12:00:00', '2026-01-15T11:00:00.000Z'],
    ['Europe/Berlin', '2026-07-15 12:00:00', '2026-07-15T10:00:00.000Z'],
    ['America/Los_Angeles', '2026-07-15 20:00:01', '2026-07-16T03:00:01.000Z'],
    ['Asia/Kathmandu', '2026-07-15 00:00:00', '2026-07-14T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-01 00:00:00', '2025-12-31T10:00:00.000Z'],
    ['Etc/UTC', '2026-11-21  05:20:54', '2026-11-21T05:20:54.000Z'],
  ] as const)
    assert.equal(iso(openLocalTime(zone)(text)), wanted, `${zone} ${text}`);
  assert.equal(openLocalTime('Etc/UTC')('yesterday'), undefined);
});

test('the hour that comes twice is the first of the two, until a line before was later than that', () => {
  const read = openLocalTime('Europe/Berlin');
  assert.deepEqual(
    [
      '2026-10-25 02:10:00',
      '2026-10-25 02:50:00',
      '2026-10-25 02:05:00',
      '2026-10-25 02:40:00',
      '2026-10-25 03:00:00',
    ].map((text) => iso(read(text))),
    [
      '2026-10-25T00:10:00.000Z',
      '2026-10-25T00:50:00.000Z',
      '2026-10-25T01:05:00.000Z',
      '2026-10-25T01:40:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ],
  );
});

test('the hour that never was is read as if the clocks had not moved', () => {
  assert.equal(iso(openLocalTime('Europe/Berlin')('2026-03-29 02:30:00')), '2026-03-29T01:30:00.000Z');
});

test("the machine's zone is that of /etc/localtime, else that of /etc/timezone, and nonsense is our own", async (t) => {
  const machine = await machineFor(t, { 'etc/timezone': 'Asia/Tokyo\n' });
  assert.equal(await zoneOf(machine), 'Asia/Tokyo');
  await symlink('/usr/share/zoneinfo/Europe/Berlin', machine.at('etc/localtime'));
  assert.equal(await zoneOf(machine), 'Europe/Berlin');
  await unlink(machine.at('etc/localtime'));
  await machine.write('etc/timezone', '$(reboot)\n');
  assert.equal(await zoneOf(machine), undefined);
});

test("without a zone of its own a log is read in this process's, twice and never hours too", (t) => {
  const before = process.env.TZ;
  t.after(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
  for (const zone of ['Europe/Berlin', 'America/Los_Angeles', 'Asia/Kathmandu', 'Etc/UTC']) {
    process.env.TZ = zone;
    const [own, named] = [openLocalTime(undefined), openLocalTime(zone)];
    for (let hour = 0; hour < 366 * 24; hour++) {
      const text = new Date(Date.UTC(2026, 0, 1, hour, 31, 7)).toISOString().slice(0, 19).replace('T', ' ');
      assert.equal(iso(own(text)), iso(named(text)), `${zone} ${text}`);
    }
  }
});
