import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigInvalid, loadConfig } from '../../config/door.ts';

function folder(files: Record<string, string>): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'signalbox-config-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test('a file that is not there is a mistake that says so', async () => {
  await assert.rejects(loadConfig('/nowhere/signalbox.yml'), (error) => {
    assert.ok(error instanceof ConfigInvalid);
    assert.equal(error.code, 'config-invalid');
    assert.equal(error.message, '/nowhere/signalbox.yml:1:1: is not there');
    return true;
  });
});

test('an empty folder is a mistake that says so', async () => {
  using empty = folder({ 'notes.txt': 'x' });
  await assert.rejects(loadConfig(empty.path), /:1:1: holds no \*\.yml or \*\.yaml file$/);
});

test('a load that is called off rejects with the reason', async () => {
  const off = new AbortController();
  using here = folder({ 'a.yml': 'monitors: {}' });
  const loading = loadConfig(here.path, { signal: off.signal });
  off.abort(new Error('the box is stopping'));
  await assert.rejects(loading, /the box is stopping/);
});
