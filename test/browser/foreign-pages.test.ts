import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import { answerWith } from '../../collector/server/answer.ts';
import { heartbeatRoutes } from '../../collector/server/heartbeats.ts';
import type { Pulse } from '../../model/ledger.ts';
import { say } from '../../model/route.ts';
import { openBrowser } from './site.ts';

/** Every name that ends in `.test` leads to this machine, as an attacker's name server or a network's own may say. */
const RESOLVES = '--host-resolver-rules=MAP *.test 127.0.0.1';

/**
 * A heartbeat that anyone who reaches the box may send, on a box that is called box.test. What it answered is heard here: a browser
 * does not tell of every answer to a foreign page. At the address of its start an attacker still answers for rebound.test.
 */
async function boxFor(t: TestContext, attackersPage = '') {
  const kept: Pulse[] = [];
  const routes = heartbeatRoutes({
    known: () => ({ token: 'none' }),
    keep: async (pulse) => void kept.push(pulse),
    now: () => 0,
  });
  const own = { on: ['box'], for: 'readers', methods: ['GET'], path: '/', handle: () => say(200, 'own') } as const;
  const box = answerWith([...routes, own], assert.fail, { names: () => ['box.test'] });
  const answers = new EventEmitter<{ status: [number] }>();
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/heartbeat/'))
      response.once('finish', () => answers.emit('status', response.statusCode));
    if (request.url === '/' && request.headers.host?.startsWith('rebound.test'))
      response.setHeader('content-type', 'text/html').end(attackersPage);
    else box(request, response);
  });
  const port = await listening(t, server);
  /** What the box answered when this page was visited. */
  async function answerTo(context: BrowserContext, page: string): Promise<number> {
    const answered = once(answers, 'status');
    const tab = await context.newPage();
    await tab.goto(page).catch(() => {});
    const [status] = await answered;
    await tab.close();
    return status;
  }
  return { kept, port, answerTo };
}

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A site of somebody else, with one page. */
async function siteWith(t: TestContext, html: string): Promise<string> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
  return `http://evil.test:${await listening(t, server)}/`;
}

test('no page of another site lets a visiting browser report for a job', { timeout: 120_000 }, async (t) => {
  const browser = await openBrowser(t, [RESOLVES]);
  if (browser === undefined) return;
  const { kept, port, answerTo } = await boxFor(t);
  const context = await browser.newContext();
  const at = (host: string) => `http://${host}:${port}/heartbeat/backup/ok`;
  const silent = '<meta name="referrer" content="no-referrer">';
  for (const host of ['box.test', '127.0.0.1', 'localhost']) {
    const url = at(host);
    const attacks: Record<string, string> = {
      picture: `<img src="${url}">`,
      'picture without a referrer': `${silent}<img src="${url}">`,
      'being led there': `<script>location.href = "${url}"</script>`,
      'being led there without a referrer': `${silent}<script>location.href = "${url}"</script>`,
      form: `<form method="post" action="${url}"></form><script>document.forms[0].submit()</script>`,
      'form without a referrer': `${silent}<form method="post" action="${url}"></form><script>document.forms[0].submit()</script>`,
      'fetch by POST': `<script>fetch("${url}", { method: "POST", mode: "no-cors" })</script>`,
      'fetch without a referrer': `<script>fetch("${url}", { mode: "no-cors", referrerPolicy: "no-referrer" })</script>`,
      frame: `<iframe sandbox="allow-scripts" src="${url}"></iframe>`,
    };
    for (const [attack, html] of Object.entries(attacks))
      assert.equal(await answerTo(context, await siteWith(t, html)), 403, `${attack} at ${host}`);
  }
  assert.deepEqual(kept, []);
});

test('a name that an attacker leads to the box gives his page nothing', { timeout: 120_000 }, async (t) => {
  const browser = await openBrowser(t, [RESOLVES]);
  if (browser === undefined) return;
  // The page was loaded from the attacker; then his name leads to the box, which is the same origin to the browser.
  const html = '<script>fetch("/heartbeat/backup/ok", { method: "POST" })</script>';
  const { kept, port, answerTo } = await boxFor(t, html);
  assert.equal(await answerTo(await browser.newContext(), `http://rebound.test:${port}/`), 421);
  assert.deepEqual(kept, []);
});

test("the box's own page may", { timeout: 120_000 }, async (t) => {
  const browser = await openBrowser(t, [RESOLVES]);
  if (browser === undefined) return;
  const { kept, port } = await boxFor(t);
  for (const host of ['box.test', 'localhost']) {
    const page = await (await browser.newContext({ bypassCSP: true })).newPage();
    await page.goto(`http://${host}:${port}/`);
    const status = await page.evaluate(
      'fetch("/heartbeat/backup/ok", { method: "POST" }).then(({ status }) => status)',
    );
    assert.equal(status, 200, host);
  }
  assert.equal(kept.length, 2);
});
