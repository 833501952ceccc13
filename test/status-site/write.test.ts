import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openWriter } from '../../status-site/write.ts';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-site-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'site');
}

const files = (...names: string[]) => new Map(names.map((name) => [name, `text of ${name}`]));

test('the index is written last, so that it never leads to a page that is not there', async (t) => {
  const folder = await folderFor(t);
  const changed = await openWriter(folder).write(files('m/a/index.html', 'status.json', 'index.html'));
  assert.deepEqual(changed, ['m/a/index.html', 'status.json', 'index.html']);
  assert.equal(await readFile(join(folder, 'm/a/index.html'), 'utf8'), 'text of m/a/index.html');
});

test('what has not changed is not written again, also after a restart', async (t) => {
  const folder = await folderFor(t);
  await openWriter(folder).write(files('index.html', 'm/a/index.html'));
  const before = await stat(join(folder, 'm/a/index.html'));
  const writer = openWriter(folder);
  assert.deepEqual(await writer.write(new Map([...files('m/a/index.html'), ['index.html', 'new']])), ['index.html']);
  assert.equal((await stat(join(folder, 'm/a/index.html'))).ino, before.ino);
});

test('a monitor that is gone leaves no page behind, also not one of an earlier run', async (t) => {
  const folder = await folderFor(t);
  await openWriter(folder).write(files('index.html', 'm/a/index.html', 'm/b/index.html'));
  await writeFile(join(folder, 'm', 'a', '.index.html.new'), 'half, left by a crash');
  await openWriter(folder).write(files('index.html', 'm/b/index.html'));
  assert.deepEqual(await readdir(join(folder, 'm')), ['b']);
});

test('a page that went and came back is written again', async (t) => {
  const folder = await folderFor(t);
  const writer = openWriter(folder);
  await writer.write(files('index.html', 'm/a/index.html'));
  await writer.write(files('index.html'));
  assert.deepEqual(await writer.write(files('index.html', 'm/a/index.html')), ['m/a/index.html']);
});

test('what somebody else put into the folder stays, and a draft from a crash goes', async (t) => {
  const folder = await folderFor(t);
  await mkdir(join(folder, 'm', 'notes'), { recursive: true });
  await writeFile(join(folder, 'robots.txt'), 'mine');
  await writeFile(join(folder, 'm', 'notes', 'plan.txt'), 'mine');
  await writeFile(join(folder, '.index.html.new'), 'half');
  await openWriter(folder).write(files('index.html'));
  assert.deepEqual((await readdir(folder)).sort(), ['index.html', 'm', 'robots.txt']);
  assert.deepEqual(await readdir(join(folder, 'm', 'notes')), ['plan.txt']);
});

test('a reader never sees half a page while it is replaced', async (t) => {
  const folder = await folderFor(t);
  const writer = openWriter(folder);
  const page = (letter: string) => new Map([['index.html', letter.repeat(300_000)]]);
  await writer.write(page('a'));
  let writing = true;
  const reader = (async () => {
    while (writing) {
      const text = await readFile(join(folder, 'index.html'), 'utf8');
      assert.equal(text.length, 300_000);
      assert.ok(text === text.charAt(0).repeat(300_000), 'of one piece');
    }
  })();
  for (let turn = 0; turn < 40; turn++) await writer.write(page(turn % 2 === 0 ? 'b' : 'a'));
  writing = false;
  await reader;
});
