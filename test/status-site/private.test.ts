import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteSpec } from '../../model/page.ts';
import { MINUTE } from '../../model/time.ts';
import { dayOfChecks, NOW, ninetyDays, rendered, siteMonitor, stand, type World } from './world.ts';

const CANARIES = ['canary-name', 'Canary Title', 'Canary Group', 'canaryreason', 'canary-only', '10.66.6.6', 'hunter2'];

const SPEC: SiteSpec = {
  title: 'status',
  monitors: [
    siteMonitor('web', { title: 'Web' }),
    siteMonitor('canary-name', { title: 'Canary Title', group: 'Canary Group', public: false }),
    siteMonitor('canary-only-name', { title: 'canary-only', public: false }),
  ],
};

const REASONS = [
  'unreachable because of canary-name',
  'unreachable because of Canary  Title',
  'behind CANARY-NAME at 10.66.6.6:80, password=hunter2',
];

for (const reason of REASONS)
  test(`no file of the site knows of a monitor that is not public: ${reason}`, () => {
    const blind = 'unreachable' as const;
    const seen = { standing: 'unknown', blind, since: NOW - MINUTE, reason } as const;
    const world: World = {
      stands: [
        stand('web', seen),
        stand('canary-name', { standing: 'down', reason: 'canaryreason' }),
        stand('canary-only-name'),
      ],
      days: { web: ninetyDays(10), 'canary-name': ninetyDays(10, { 3: { down: 24 } }) },
      checks: { web: dayOfChecks(10), 'canary-name': dayOfChecks(10) },
      transitions: [
        { monitor: 'web', vantage: '', at: NOW - MINUTE, from: 'up', to: 'unknown', blind, reason },
        { monitor: 'canary-name', vantage: '', at: NOW - MINUTE, from: 'up', to: 'down', reason: 'canaryreason' },
      ],
    };
    const files = rendered(SPEC, world);
    assert.deepEqual([...files.keys()], ['m/web/index.html', 'status.json', 'index.html']);
    for (const [path, text] of files)
      for (const canary of CANARIES)
        assert.ok(!text.toLowerCase().includes(canary.toLowerCase()), `${path} must not say ${canary}`);
    assert.match(files.get('index.html') ?? '', /something not shown here/);
  });
