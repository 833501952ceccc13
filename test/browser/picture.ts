/** Draws docs/pictures/status.png anew, from the tests' own afternoon: `node test/browser/picture.ts`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { requireProgram } from '../require-program.ts';
import { AFTERNOON, rendered, SPEC } from '../status-site/world.ts';

const executablePath = requireProgram('chromium');
if (executablePath === undefined) throw new Error('a picture needs chromium, and there is none on this machine');
const folder = await mkdtemp(join(tmpdir(), 'signalbox-picture-'));
try {
  await writeFile(join(folder, 'index.html'), rendered(SPEC, AFTERNOON).get('index.html') ?? '');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--headless', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: { width: 800, height: 600 }, colorScheme: 'light' });
    await page.goto(`file://${join(folder, 'index.html')}`);
    await page.screenshot({
      path: new URL('../../docs/pictures/status.png', import.meta.url).pathname,
      fullPage: true,
    });
  } finally {
    await browser.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
