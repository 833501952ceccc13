import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createClock } from '../../collector/clock.ts';
import { openLedger } from '../../collector/ledger/open.ts';
import type { SiteSpec, StatusDocument } from '../../model/page.ts';
import { HOUR, MINUTE } from '../../model/time.ts';
import { type SiteOptions, startSite } from '../../status-site/builder.ts';
import { FakeClock } from '../fake-clock.ts';
import { siteMonitor } from './world.ts';

const SPEC: SiteSpec = {
  title: 'box',
  monitors: [siteMonitor('web', { title: 'Web' }), siteMonitor('api', { title: 'API' })],
};

/** A box in a folder of its own: a real ledger, and the site's thread. `next` waits for the next build. */
async function box(t: TestContext, more: Partial<SiteOptions> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'signalbox-builder-'));
  const clock = createClock();
  const troubles: string[] = [];
  const waiting: ((built: readonly string[]) => void)[] = [];
  const siteFolder = join(root, 'site');
  const site = startSite({
    stateFolder: root,
    siteFolder,
    everyMs: HOUR,
    clock,
    onTrouble: (message) => troubles.push(message),
    onBuilt: ({ files }) => waiting.shift()?.(files),
    ...more,
  });
  t.after(async () => {
    await site.stop();
    await rm(root, { recursive: true, force: true });
  });
  return {
    root,
    clock,
    site,
    troubles,
    next: () => new Promise<readonly string[]>((resolve) => waiting.push(resolve)),
    page: (path: string) => readFile(join(siteFolder, path), 'utf8'),
  };
}

test('what the ledger keeps is on the page soon after it happened', { timeout: 60_000 }, async (t) => {
  const { root, clock, site, troubles, next, page } = await box(t);
  const ledger = await openLedger(root, { clock, onTrouble: assert.fail });
  try {
    const at = clock.now() - 13 * MINUTE;
    const [monitor, vantage] = ['web', ''];
    const stand = {
      monitor,
      vantage,
      standing: 'down',
      since: at,
      reason: ['502 Bad Gateway'],
      freshUntil: clock.now() + HOUR,
    } as const;
    const first = next();
    site.refresh(SPEC);
    await first;
    assert.match(await page('index.html'), /<h1>Nothing has been checked yet\.<\/h1>/);
    await ledger.transitions.keep(
      [{ monitor, vantage, at, from: 'unknown', to: 'down', reason: stand.reason }],
      [stand],
    );
    const second = next();
    site.soon();
    site.soon();
    const files = await second;
    assert.equal(files.at(-1), 'index.html');
    assert.match(await page('index.html'), /<h1>Web is down\. API has not been checked yet\.<\/h1>/);
    assert.match(await page('m/web/index.html'), /Down<\/span> since/);
    const status = JSON.parse(await page('status.json')) as StatusDocument;
    assert.deepEqual(
      status.monitors.map((one) => one.standing),
      ['down', 'unknown'],
    );
    assert.deepEqual(troubles, []);
  } finally {
    await ledger.close();
  }
});

test('without a ledger the trouble is told, and the site comes when there is one', { timeout: 60_000 }, async (t) => {
  const told: string[] = [];
  const { root, clock, site, next, page } = await box(t, { everyMs: 200, onTrouble: (message) => told.push(message) });
  const built = next();
  site.refresh(SPEC);
  while (told.length === 0) await new Promise((resolve) => clock.after(20, () => resolve(undefined)));
  assert.match(told[0] ?? '', /^the site could not be made: /);
  const ledger = await openLedger(root, { clock, onTrouble: assert.fail });
  try {
    await built;
    assert.match(await page('index.html'), /Nothing has been checked yet/);
  } finally {
    await ledger.close();
  }
});

test('a changed config changes the pages, and a monitor that is no longer public leaves none', {
  timeout: 60_000,
}, async (t) => {
  const { root, clock, site, next, page } = await box(t);
  const ledger = await openLedger(root, { clock, onTrouble: assert.fail });
  try {
    const first = next();
    site.refresh(SPEC);
    await first;
    await page('m/api/index.html');
    const second = next();
    site.refresh({
      ...SPEC,
      title: 'another',
      monitors: SPEC.monitors.filter((one) => one.name === 'web'),
    });
    await second;
    await assert.rejects(page('m/api/index.html'), { code: 'ENOENT' });
    assert.match(await page('index.html'), /another/);
  } finally {
    await ledger.close();
  }
});

test('after stop nothing is built any more, however often it is asked', { timeout: 60_000 }, async (t) => {
  const { site, page } = await box(t);
  site.refresh(SPEC);
  await site.stop();
  site.soon();
  site.refresh(SPEC);
  await site.stop();
  await assert.rejects(page('index.html'), { code: 'ENOENT' });
});

test('between builds there is no thread, and the next build knows the config', { timeout: 60_000 }, async (t) => {
  const clock = new FakeClock();
  const { root, site, next, troubles } = await box(t, { clock });
  const ledger = await openLedger(root, { clock: createClock(), onTrouble: assert.fail });
  try {
    const first = next();
    site.refresh(SPEC);
    await first;
    assert.equal(await threadsNamed('site'), 1);
    await clock.advance(2_000);
    while ((await threadsNamed('site')) > 0) await pause(20);
    const second = next();
    await clock.advance(HOUR);
    assert.deepEqual((await second).includes('index.html'), true);
    assert.deepEqual(troubles, []);
  } finally {
    await ledger.close();
  }
});

/** How many threads of this process have that name. */
async function threadsNamed(name: string): Promise<number> {
  const threads = await readdir('/proc/self/task');
  // A thread may end between the listing and the reading.
  const names = threads.map((id) => readFile(`/proc/self/task/${id}/comm`, 'utf8').catch(() => ''));
  return (await Promise.all(names)).filter((one) => one.trim() === name).length;
}

/** A box on a clock moved by hand, whose thread fails at first. */
async function failingBox(t: TestContext, how: 'die' | 'hang') {
  const stateFolder = await mkdtemp(join(tmpdir(), `signalbox-${how}-`));
  const clock = new FakeClock();
  const heard: string[] = [];
  const hear = (text: string) => void heard.push(text);
  const site = startSite({
    stateFolder,
    siteFolder: join(stateFolder, 'site'),
    everyMs: HOUR,
    clock,
    onTrouble: hear,
    onBuilt: ({ files }) => hear(`built ${files}`),
    entry: new URL('failing-thread.ts', import.meta.url),
  });
  t.after(async () => {
    await site.stop();
    await rm(stateFolder, { recursive: true, force: true });
  });
  /** Lets little bits of the clock's time pass until something was heard. */
  async function next(stepMs = 100): Promise<string> {
    while (heard.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await clock.advance(stepMs);
    }
    return heard.shift() ?? '';
  }
  return { site, next };
}

test('when the thread dies it is started anew and knows the config again', { timeout: 60_000 }, async (t) => {
  const { site, next } = await failingBox(t, 'die');
  site.refresh(SPEC);
  assert.equal(await next(), "the site's thread died: out of cheese");
  assert.equal(await next(), 'built box');
});

test('when the thread hangs it is ended and started anew', { timeout: 60_000 }, async (t) => {
  const { site, next } = await failingBox(t, 'hang');
  site.refresh(SPEC);
  assert.equal(await next(5_000), "the site's thread did not answer for 120 s; it is started anew");
  assert.equal(await next(), 'built box');
});
