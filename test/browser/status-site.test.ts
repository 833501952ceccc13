import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AFTERNOON, ninetyDays, rendered, SPEC, siteMonitor, stand } from '../status-site/world.ts';
import { leastContrast, overflow } from './measure.ts';
import { openBrowser, openPage, serveSite } from './site.ts';

const SITE = rendered(SPEC, AFTERNOON);
const PAGES = ['index.html', 'm/media/index.html', 'm/website/index.html', 'm/nas/index.html'];
const WIDTHS = [320, 375, 900, 1280];

test('a page is complete with its one document, and the browser has nothing to complain of', {
  timeout: 120_000,
}, async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const root = await serveSite(t, SITE);
  for (const path of PAGES) {
    const { page, requests, complaints } = await openPage(browser, `${root}/${path}`);
    await page.waitForTimeout(100);
    assert.deepEqual([requests, complaints], [[`${root}/${path}`], []], path);
    assert.equal(await page.evaluate('document.compatMode'), 'CSS1Compat', 'standards mode');
    await page.context().close();
  }
});

test('nothing is wider than the window, from a small phone to the wall', { timeout: 120_000 }, async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const long = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverwaltung';
  const spec = {
    title: `${long} ${long}`,
    monitors: [siteMonitor('long', { title: long, group: long }), siteMonitor('short')],
  };
  const hard = rendered(spec, {
    stands: [stand('long', { standing: 'down', reason: ['x'.repeat(190)] }), stand('short', { flapping: true })],
    days: { long: ninetyDays(3e6), short: ninetyDays(30_000) },
    transitions: [
      { monitor: 'long', vantage: '', at: Date.UTC(2026, 10, 1), from: 'up', to: 'down', reason: ['x'.repeat(190)] },
    ],
  });
  const roots = [await serveSite(t, SITE), await serveSite(t, hard)];
  const paths = [PAGES, ['index.html', 'm/long/index.html']];
  for (const [index, root] of roots.entries())
    for (const path of paths[index] ?? []) {
      const { page } = await openPage(browser, `${root}/${path}`);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        assert.deepEqual(await overflow(page), [], `${path} at ${width} px`);
      }
      await page.context().close();
    }
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`all text can be read in the ${colorScheme}`, { timeout: 120_000 }, async (t) => {
    const browser = await openBrowser(t);
    if (browser === undefined) return;
    const root = await serveSite(t, SITE);
    for (const path of PAGES) {
      const { page } = await openPage(browser, `${root}/${path}`, { colorScheme });
      const least = await leastContrast(page);
      assert.ok(least.ratio >= 4.5, `${path}: “${least.text}” has ${least.ratio.toFixed(2)}`);
      await page.context().close();
    }
  });

test('without JavaScript the page says it all, and the way to a monitor and back is there', {
  timeout: 120_000,
}, async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const root = await serveSite(t, SITE);
  const { page } = await openPage(browser, `${root}/index.html`, { javaScriptEnabled: false });
  const sentence = 'Media is down. Timeline is degraded. NAS cannot be seen. Everything else is working.';
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), sentence);
  assert.match(
    (await page.locator('main').textContent()) ?? '',
    /Made 14:05, true until 14:07 UTC on 21 November 2026\./,
  );
  await page.getByRole('link', { name: 'Media' }).click();
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Media is down.');
  await page.getByRole('link', { name: 'quarry.example status' }).click();
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), sentence);
});

test('who cannot see hears each state in words, and every drawing that means something has a name', {
  timeout: 120_000,
}, async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const root = await serveSite(t, SITE);
  const { page } = await openPage(browser, `${root}/index.html`);
  for (const landmark of ['banner', 'main', 'contentinfo'] as const)
    assert.equal(await page.getByRole(landmark).count(), 1, landmark);
  assert.deepEqual(await page.getByRole('heading', { level: 2 }).allTextContents(), ['Public', 'Home']);
  assert.equal(await page.getByRole('region', { name: 'Home' }).getByRole('listitem').count(), 3);
  const media = page.getByRole('listitem').filter({ hasText: 'Media' });
  assert.match((await media.textContent()) ?? '', /Down: down\s13\smin/);
  assert.equal(await media.getByRole('img').getAttribute('aria-label'), '90 days: down on 3');
  const nas = page.getByRole('listitem').filter({ hasText: 'NAS' });
  assert.match((await nas.textContent()) ?? '', /Not reachable: unreachable because of/);
  const unnamed = await page.evaluate(
    `[...document.querySelectorAll('svg:not([aria-hidden])')].filter((svg) => svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label')).length`,
  );
  assert.equal(unnamed, 0);
});

test('ninety bars are drawn for each monitor, and what was bad is red', { timeout: 120_000 }, async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const root = await serveSite(t, SITE);
  const { page } = await openPage(browser, `${root}/index.html`);
  const counts = await page.evaluate(`[...document.querySelectorAll('.bars')].map((svg) =>
    ['.bar-up', '.bar-unseen'].flatMap((name) => [...((svg.querySelector(name)?.getAttribute('d') ?? '').matchAll(/h(\\d+)/g))])
      .reduce((sum, [, length]) => sum + (Number(length) + 1) / 4, 0) +
    [...((svg.querySelector('.bar-down')?.getAttribute('d') ?? '').matchAll(/v26h/g))].length)`);
  assert.deepEqual(counts, new Array(8).fill(90));
  const box = await page.evaluate(`document.querySelector('.bars').getBoundingClientRect().toJSON()`);
  assert.deepEqual([(box as DOMRectLike).width, (box as DOMRectLike).height], [359, 26], 'a unit is a pixel');
});

test('who goes by keyboard sees where they are', { timeout: 120_000 }, async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const root = await serveSite(t, SITE);
  const { page } = await openPage(browser, `${root}/index.html`);
  await page.keyboard.press('Tab');
  const focused = await page.evaluate(
    `(() => { const one = document.activeElement; return [one.textContent, getComputedStyle(one).outlineWidth]; })()`,
  );
  assert.deepEqual(focused, ['Website', '3px']);
});

interface DOMRectLike {
  readonly width: number;
  readonly height: number;
}
