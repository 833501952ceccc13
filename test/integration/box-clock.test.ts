import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openView } from '../../collector/ledger/view.ts';
import { reasonInWords } from '../../model/reason.ts';
import type { Transition } from '../../model/standing.ts';
import { DAY, HOUR, MINUTE } from '../../model/time.ts';
import { requireProgram } from '../require-program.ts';
import { BoxHouse, webServer } from './box.ts';

const ABSENT = 'storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }';

/** What lets a program have a wall clock of its own: Debian's faketime. The library is asked for each reading, so a file sets the clock. */
function fakeClock(t: TestContext, file: string): NodeJS.ProcessEnv | undefined {
  if (requireProgram('faketime', t) === undefined) return undefined;
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
  assert.ok(library !== undefined, 'faketime has its library');
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** The website's own transitions that are dated up to an hour from now, oldest first. */
function story(house: BoxHouse, to = Date.now() + HOUR): Transition[] {
  const view = openView(house.data);
  try {
    return view.transitions.of('web', 0, to, 100).reverse();
  } finally {
    view.close();
  }
}

for (const { words, fake, real } of [
  { words: 'ahead by three days and set right', fake: '+3d', real: '+0' },
  { words: 'behind by an hour and set right', fake: '-1h', real: '+0' },
])
  test(`a box whose clock is ${words} goes on with a history that is true`, { timeout: 240_000 }, async (t) => {
    let status = 200;
    await using web = await webServer((_, response) => response.writeHead(status).end());
    await using house = await BoxHouse.open(`
${ABSENT}
site: { every: 1s }
defaults: { every: 1s, timeout: 1s, confirm: { every: 1s } }
monitors: { web: { http: "${web.url}" } }
`);
    const file = join(house.folder, 'clock');
    const env = fakeClock(t, file);
    if (env === undefined) return;
    await writeFile(file, fake);
    const box = await house.start(env);
    const before = await box.published('web', ({ standing }) => standing === 'up');
    assert.ok(Math.abs(Date.parse(before.since) - Date.now()) > 30 * MINUTE, 'its clock is another');
    await writeFile(file, real);
    await box.said(/this machine's clock was set (back by 3 days|forward by 60 min|forward by 1 h)/);

    const set = Date.now();
    status = 500;
    await box.published('web', ({ standing }) => standing === 'down');
    status = 200;
    const after = await box.published('web', ({ standing }) => standing === 'up');
    assert.ok(Math.abs(Date.parse(after.since) - Date.now()) < 30 * MINUTE, after.since);
    const lately = story(house).filter(({ at }) => at > set - MINUTE);
    const [down, up] = lately.slice(-2);
    assert.deepEqual([down?.to, up?.to], ['down', 'up']);
    assert.ok((up?.at ?? 0) > (down?.at ?? 0), 'an outage lasts as long as it lasts');
    assert.ok(
      lately.every(({ at }) => at <= Date.now()),
      'nothing is dated ahead',
    );
    if (fake === '-1h') {
      const skipped = story(house).find(({ reason }) => /set forward/.test(reasonInWords(reason)));
      assert.equal(skipped?.blind, 'unwatched');
      assert.ok(Math.abs((skipped?.at ?? 0) - (set - HOUR)) < 30 * MINUTE, 'from where the clock stood');
    } else assert.equal(story(house, set + 4 * DAY).at(-1)?.to, 'up', 'what was dated ahead is let be for ten minutes');
  });
