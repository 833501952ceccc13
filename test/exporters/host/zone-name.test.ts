import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

const MODULE = new URL('../../../exporters/host/', import.meta.url).href;

/** What the zone is called there and then, asked in a process that lives in it. */
function nameIn(zone: string, at: string): string {
  const script = `
    const { zoneName } = await import('${MODULE}zone-name.ts');
    const { createFiles } = await import('${MODULE}files.ts');
    process.stdout.write(await zoneName(createFiles('/', 0), new Date('${at}')));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, TZ: zone, NODE_OPTIONS: '' },
  });
  assert.equal(stderr, '');
  return stdout;
}

test('a zone has the name that its own file gives it, in summer and in winter', (t) => {
  if (!existsSync('/usr/share/zoneinfo/Europe/Berlin')) return t.skip('needs the zones of tzdata');
  assert.equal(nameIn('Europe/Berlin', '2026-01-15T12:00:00Z'), 'CET');
  assert.equal(nameIn('Europe/Berlin', '2026-07-15T12:00:00Z'), 'CEST');
  assert.equal(nameIn('America/New_York', '2026-07-15T12:00:00Z'), 'EDT');
  assert.equal(nameIn('Australia/Lord_Howe', '2026-01-15T12:00:00Z'), '+11');
  assert.equal(nameIn('Asia/Kolkata', '2026-01-15T12:00:00Z'), 'IST');
  assert.equal(nameIn('UTC', '2026-01-15T12:00:00Z'), 'UTC');
});
