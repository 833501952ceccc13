import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, MINUTE } from '../../model/time.ts';
import { composeOwnSentence, composeSentence, type Subject } from '../../status-site/sentence.ts';
import { NOW } from './world.ts';

const LOOKED = { lookedUntil: NOW };
const up = (title: string): Subject => ({ title, standing: 'up', ...LOOKED });
const down = (title: string): Subject => ({ title, standing: 'down', ...LOOKED });
const degraded = (title: string): Subject => ({ title, standing: 'degraded', ...LOOKED });
const unknown = (title: string, more: Partial<Subject> = {}): Subject => ({
  title,
  standing: 'unknown',
  ...LOOKED,
  ...more,
});
const never = (title: string): Subject => ({ title, standing: 'unknown' });
const many = (count: number) => Array.from({ length: count }, (_, index) => up(`Service ${index}`));

const CASES: readonly (readonly [string, readonly Subject[], string])[] = [
  ['nothing is configured', [], 'No monitor is shown here.'],
  ['all is well', [up('Website'), up('Media')], 'Everything is working.'],
  ['the only monitor works', [up('Website')], 'Everything is working.'],
  ['one is down', [up('Website'), down('Media')], 'Media is down. Everything else is working.'],
  ['the only monitor is down', [down('Media')], 'Media is down.'],
  [
    'two are down',
    [down('Media'), down('Timeline'), up('Website')],
    'Media and Timeline are down. Everything else is working.',
  ],
  ['three are down', [down('A'), down('B'), down('C'), up('D')], 'A, B and C are down. Everything else is working.'],
  ['all are down', [down('A'), down('B')], 'Everything is down.'],
  [
    'many are down',
    [...['A', 'B', 'C', 'D', 'E'].map(down), ...many(15)],
    '5 of 20 are down: A, B, C and 2 more. Everything else is working.',
  ],
  ['one is degraded', [degraded('Timeline'), up('A')], 'Timeline is degraded. Everything else is working.'],
  [
    'down comes before degraded, whatever the order of the config',
    [degraded('Timeline'), down('Media'), up('A')],
    'Media is down. Timeline is degraded. Everything else is working.',
  ],
  ['nothing is left that works', [down('A'), degraded('B')], 'A is down. B is degraded.'],
  ['one flaps', [{ ...down('Media'), flapping: true }, up('A')], 'Media comes and goes. Everything else is working.'],
  [
    'one flaps and is up just now',
    [{ ...up('Media'), flapping: true }, up('A')],
    'Media comes and goes. Everything else is working.',
  ],
  [
    'two flap',
    [{ ...down('A'), flapping: true }, { ...up('B'), flapping: true }, down('C')],
    'C is down. A and B come and go.',
  ],
  [
    'a parent is down and its child cannot be reached',
    [down('Router'), unknown('NAS', { blind: 'unreachable' }), up('Website')],
    'Router is down. NAS cannot be seen. Everything else is working.',
  ],
  [
    'a check cannot be made',
    [unknown('Ping', { blind: 'unable' }), up('A')],
    'Ping cannot be seen. Everything else is working.',
  ],
  [
    'nothing can be reached',
    [unknown('A', { blind: 'unreachable' }), unknown('B', { blind: 'unable' })],
    'Nothing can be seen.',
  ],
  ['a fresh start', [never('A'), never('B')], 'Nothing has been checked yet.'],
  [
    'a new monitor beside old ones',
    [never('New'), up('A')],
    'New has not been checked yet. Everything else is working.',
  ],
  [
    'the box was off',
    [
      unknown('A', { blind: 'unwatched', lookedUntil: NOW - 3 * MINUTE }),
      unknown('B', { blind: 'unwatched', lookedUntil: NOW - 9 * MINUTE }),
    ],
    'Nobody has looked since 14:02.',
  ],
  [
    'the box was off for days',
    [unknown('A', { blind: 'unwatched', lookedUntil: NOW - 3 * DAY })],
    'Nobody has looked since 18 November, 14:05.',
  ],
  [
    'the box was off, and a monitor was added that it never saw',
    [unknown('A', { blind: 'unwatched', lookedUntil: NOW - 3 * MINUTE }), never('New')],
    'Nobody has looked since 14:02.',
  ],
  [
    'the box has no connection',
    [
      unknown('A', { blind: 'offline', lookedUntil: NOW - 5 * MINUTE }),
      unknown('B', { blind: 'offline', lookedUntil: NOW - 5 * MINUTE }),
    ],
    'Our monitoring is offline since 14:00. How things are, nobody knows.',
  ],
];

for (const [name, subjects, sentence] of CASES)
  test(`the first sentence when ${name}`, () => assert.equal(composeSentence(subjects, NOW), sentence));

const OWN: readonly (readonly [Subject, string])[] = [
  [up('Website'), 'Website is working.'],
  [down('Website'), 'Website is down.'],
  [{ ...down('Website'), flapping: true }, 'Website comes and goes.'],
  [never('Website'), 'Website has not been checked yet.'],
  [unknown('NAS', { blind: 'unreachable' }), 'NAS cannot be seen.'],
  [unknown('NAS', { blind: 'unwatched', lookedUntil: NOW - 3 * MINUTE }), 'Nobody has looked at NAS since 14:02.'],
];

for (const [subject, sentence] of OWN)
  test(`a monitor's own page begins with “${sentence}”`, () =>
    assert.equal(composeOwnSentence(subject, NOW), sentence));
