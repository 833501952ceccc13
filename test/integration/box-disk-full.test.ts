import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StatusDocument } from '../../model/page.ts';
import { BoxHouse, webServer } from './box.ts';
import { until } from './until.ts';

test('with a full disk the box says so once, its page does not claim to be true, and it goes on by itself', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root to mount a small tmpfs');
  let well = true;
  await using shop = await webServer((_asked, answer) => answer.writeHead(well ? 200 : 502).end());
  await using house = await BoxHouse.open(`
storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }
site: { every: 1s }
monitors:
  shop: { http: "${shop.url}", every: 3s, timeout: 3s, confirm: { every: 200ms } }
`);
  await mkdir(house.data, { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', house.data]);
  try {
    const box = await house.start();
    await box.published('shop', (one) => one.standing === 'up');
    const filler = join(house.data, 'filler');
    await fill(filler);
    well = false;
    await box.said(/transitions wait for the ledger: there is no room left on the disk/);
    const ill = async () => (await (await fetch(`${box.url}/healthz`)).text()).includes('transitions wait');
    await until(ill);
    await until(async () => {
      const page = (await (await fetch(`${box.url}/status.json`)).json()) as StatusDocument;
      assert.equal(page.monitors[0]?.standing, 'up');
      return Date.parse(page.until) < Date.now();
    });
    await rm(filler);
    await box.published('shop', (one) => one.standing === 'down');
    await until(async () => !(await ill()));
    assert.equal(box.lines.filter((line) => line.startsWith('transitions wait')).length, 1);
    assert.ok(box.lines.filter((line) => line.startsWith('the site could not be made')).length <= 2);
    box.signal('SIGTERM');
    assert.equal(await box.ended, 0);
  } finally {
    execFileSync('umount', ['--lazy', house.data]);
  }
});

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (;;) await file.write(Buffer.alloc(1_000));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    await file.close();
  }
}
