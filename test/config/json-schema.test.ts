import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { JsonSchema } from '../../config/json-schema.ts';
import { fitsSchema } from './schema-check.ts';

const ROOT = join(import.meta.dirname, '../..');
const schema = JSON.parse(readFileSync(join(ROOT, 'signalbox.schema.json'), 'utf8')) as JsonSchema;

test('an editor finds nothing wrong with the example, nor with what the docs show', () => {
  const docs = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
  const shown = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  assert.ok(shown.length >= 2);
  for (const text of [readFileSync(join(ROOT, 'signalbox.example.yml'), 'utf8'), ...shown])
    assert.ok(fitsSchema(parse(text), schema), text);
});

test('an editor knows every way to write a setting', () => {
  for (const monitor of [
    `{ http: "\${URL}", auth: { basic: { user: me, password: { file: secret.txt } } } }`,
    '{ http: { url: "https://example.net/", expect: { status: [200, 3xx], body: { not: error } } }, every: 1h 30m }',
    '{ tcp: { address: "irc.example.net:6697" }, tls: true }',
    '{ tls: example.net, days: 14, needs: [web, api], from: local }',
    '{ icmp: { host: router.lan, loss: { degraded: 20%, down: 0.9 } } }',
    '{ heartbeat: { every: 1d, token: none }, confirm: { bad: 1 } }',
    `{ exec: [df, -h], env: { TOKEN: "\${TOKEN}" } }`,
  ])
    assert.ok(fitsSchema(parse(`monitors: { web: ${monitor} }`), schema), monitor);
});

test('an editor marks what the box would refuse', () => {
  for (const monitor of [
    '{ every: 30s }',
    '{ http: "https://example.net/", icmp: example.net }',
    '{ http: "https://example.net/", evry: 30s }',
    '{ http: "https://example.net/", every: 3 parsecs }',
    '{ http: "https://example.net/", auth: { bearer: in-clear } }',
    '{ http: "https://example.net/", agree: majorty }',
    '{ icmp: router.lan, count: 1000 }',
  ])
    assert.ok(!fitsSchema(parse(`monitors: { web: ${monitor} }`), schema), monitor);
  for (const top of ['lisen: 8300', 'spool: { size: 2 }', 'storage: embeded'])
    assert.ok(!fitsSchema(parse(top), schema), top);
});
