import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { requireProgram } from '../require-program.ts';

const QUIET =
  '--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** A browser of the machine with a profile of its own and these arguments, closed after the test; undefined when there is none and the test is skipped. */
export async function openBrowser(t: TestContext, args: readonly string[] = []): Promise<Browser | undefined> {
  const executablePath = requireProgram('chromium', t);
  if (executablePath === undefined) return undefined;
  const browser = await chromium.launch({ executablePath, timeout: 100_000, args: [...QUIET.split(' '), ...args] });
  t.after(() => browser.close());
  return browser;
}

/** Puts a site into a folder and serves it on loopback; gives its address. */
export async function serveSite(t: TestContext, files: ReadonlyMap<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-browser-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    readFile(join(folder, path)).then(
      (body) => response.setHeader('content-type', path.endsWith('.json') ? 'application/json' : 'text/html').end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A page that notes what it asked for and what went wrong. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly requests: string[]; readonly complaints: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, requests, complaints };
}
