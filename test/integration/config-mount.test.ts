import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { requireProgram } from '../require-program.ts';

/** Watches the config in a mount namespace of its own, as in a container, and says on its output what it notices. */
const WATCHER = `
import { watchConfig } from '${pathToFileURL(join(import.meta.dirname, '../../config/watch.ts')).href}';
import { stampOf } from '${pathToFileURL(join(import.meta.dirname, '../../config/stamp.ts')).href}';
import { createClock } from '${pathToFileURL(join(import.meta.dirname, '../../collector/clock.ts')).href}';
const { text } = await stampOf([process.argv[1]]);
watchConfig(process.argv[1], () => console.log('changed'), console.log, createClock(), text);
console.log('watching');
setInterval(() => {}, 1000);
`;

test('a config file mounted into a container: a write is noticed, and a replaced file is said', async (context) => {
  const unshare = requireProgram('unshare', context);
  if (unshare === undefined) return;
  if (process.getuid?.() !== 0) return context.skip('mounting needs root');
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-mount-'));
  const outside = join(folder, 'outside.yml');
  const inside = join(folder, 'inside.yml');
  writeFileSync(outside, 'title: one\n');
  writeFileSync(inside, '');
  const script = 'mount --bind "$1" "$2" && exec "$3" --input-type=module -e "$4" "$2"';
  const child = spawn(unshare, ['--mount', 'sh', '-c', script, 'sh', outside, inside, process.execPath, WATCHER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value).replace(inside, '…');
  try {
    assert.equal(await next(), 'watching');
    writeFileSync(outside, 'title: two\n');
    assert.equal(await next(), 'changed');
    writeFileSync(join(folder, 'new.yml'), 'title: three\n');
    renameSync(join(folder, 'new.yml'), outside);
    const said = [await next(), await next()];
    assert.ok(said.includes('… was replaced behind the mount: mount the folder instead of the file'), said.join('\n'));
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
