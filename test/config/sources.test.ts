import assert from 'node:assert/strict';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigInvalid, loadConfig } from '../../config/door.ts';
import { folderWith } from './folder.ts';

async function saidOf(path: string): Promise<string> {
  try {
    await loadConfig(path, { env: {} });
    return '';
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid);
    assert.equal(error.code, 'config-invalid');
    return error.message.replaceAll(path, '…');
  }
}

test('a config that is not there, is empty of fragments, is too large, or is no text, is said in words', async () => {
  using folder = folderWith({
    'empty/notes.txt': 'x',
    'large.yml': '#'.repeat(4_000_001),
    'latin.yml': new Uint8Array([0x74, 0x3a, 0x20, 0xe9, 0x0a]),
    'null.yml': 'title: a\0b\nmonitors: { web: { http: "https://example.net/" } }\n',
  });
  const said = (name: string): Promise<string> => saidOf(join(folder.path, name));
  assert.equal(await said('nowhere.yml'), '…:1:1: is not there; signalbox.example.yml is one to begin with');
  assert.equal(await said('empty'), '…:1:1: holds no *.yml or *.yaml file');
  assert.equal(await said('large.yml'), '…:1:1: is larger than 4000 kB');
  assert.equal(await said('latin.yml'), '…:1:1: is not text in UTF-8');
  assert.equal(await saidOf('/dev/zero'), '…:1:1: is not a regular file');
});

test('a config that this user may not read is said in words', {
  skip: process.getuid?.() === 0 && 'root may read all',
}, async () => {
  using folder = folderWith({ 'a.yml': 'title: x' });
  chmodSync(join(folder.path, 'a.yml'), 0);
  assert.equal(await saidOf(join(folder.path, 'a.yml')), '…:1:1: may not be read by this user');
});

test('a folder with more fragments than anybody writes is refused', async () => {
  using folder = folderWith({});
  for (let index = 0; index <= 1_000; index++) writeFileSync(join(folder.path, `${index}.yml`), '');
  assert.equal(await saidOf(folder.path), '…:1:1: holds more than 1000 fragments');
});

test('a config and a secret may be symbolic links, as Kubernetes and others mount them', async () => {
  using folder = folderWith({
    'data/real.yml': 'monitors: { web: { http: "https://example.net/", auth: { bearer: { file: token } } } }',
    'data/real-token': 'the-token',
  });
  symlinkSync('data/real.yml', join(folder.path, 'signalbox.yml'));
  symlinkSync('data/real-token', join(folder.path, 'token'));
  const { config, secrets } = await loadConfig(join(folder.path, 'signalbox.yml'));
  assert.equal(config.monitors.length, 1);
  assert.deepEqual([...secrets], ['the-token']);
});

test('a file with a byte order mark and Windows line ends reads the same, places included', async () => {
  using folder = folderWith({
    'a.yml': '\uFEFFtitle: x\r\nmonitors:\r\n  web: { http: "https://example.net/", evry: 1m }\r\n',
  });
  assert.equal(
    await saidOf(join(folder.path, 'a.yml')),
    '…:3:40 monitors.web.evry: came an unknown key; did you mean every?',
  );
});
