import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { machine } from 'node:os';
import { test } from 'node:test';
import { FIXTURES, openWorld, pageOf, settingsFor } from './world.ts';

const GOLDEN = new URL('../../golden/host/', import.meta.url);

/** A large server, and an old kernel in a small machine. */
for (const name of ['server', 'bare']) {
  test(`the page of the ${name} is the golden one`, async (t) => {
    const { collect } = await openWorld(t, settingsFor(`${FIXTURES}${name}`));
    const page = (await pageOf(await collect()))
      .replaceAll(FIXTURES, '/')
      .replace(`machine="${machine()}"`, 'machine="x86_64"')
      // The zone is that of whoever runs the test.
      .replace(/^(node_time_zone_offset_seconds)\{.*$/m, '$1{time_zone="UTC"} 0');
    const file = new URL(`${name}.prom`, GOLDEN);
    if (process.env.UPDATE_GOLDEN) {
      await mkdir(GOLDEN, { recursive: true });
      await writeFile(file, page);
    }
    assert.equal(page, await readFile(file, 'utf8'));
  });
}
