import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote, quoteAfter, type Reason, reason, target, targetAfter } from '../../model/reason.ts';
import { MINUTE } from '../../model/time.ts';
import { dayOfChecks, NOW, ninetyDays, rendered, siteMonitor, stand, type World } from './world.ts';

const SPEC = { title: 'status', monitors: [siteMonitor('web', { title: 'Web' })] };

const REASONS: readonly Reason[] = [
  reason`unreachable because of ${{ monitor: 'canary-name', title: 'Canary Title' }}`,
  reason`connection refused${targetAfter(' by ', 'canaryhost:80')}`,
  reason`${target('canaryhost', 'a host')} does not exist (NXDOMAIN${targetAfter(' from ', '10.66.6.6')})`,
  reason`from ${target('canaryvantage', 'elsewhere')}: body is ${quote('canarybody', 'another')}${quoteAfter(': ', 'canarybody')}`,
  [{ quote: 'unreachable because of Canary Title, canary-name at 10.66.6.6' }],
];

for (const written of REASONS)
  test(`no file of the site says more than the public may know: ${JSON.stringify(written)}`, () => {
    const blind = 'unreachable' as const;
    const evidence = { body: 'canaryevidence', journal: ['canaryevidence'] };
    const seen = { standing: 'unknown', blind, since: NOW - MINUTE, reason: written } as const;
    const change = { vantage: '', at: NOW - MINUTE, from: 'up', to: 'unknown', blind, reason: written } as const;
    const world: World = {
      stands: [stand('web', seen), stand('canary-name', { standing: 'down', reason: ['canaryreason'] })],
      days: { web: ninetyDays(10), 'canary-name': ninetyDays(10, { 3: { down: 24 } }) },
      checks: { web: dayOfChecks(10), 'canary-name': dayOfChecks(10) },
      transitions: [
        { ...change, monitor: 'web', evidence },
        { ...change, monitor: 'canary-name', evidence },
      ],
    };
    const files = rendered(SPEC, world);
    assert.deepEqual([...files.keys()], ['m/web/index.html', 'status.json', 'index.html']);
    for (const [path, text] of files) assert.doesNotMatch(text, /canary|10\.66\.6\.6/i, path);
  });
