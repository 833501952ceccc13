import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { describeConfig, specsOf } from '../../cli/config-words.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { readConfig } from '../../config/read.ts';
import type { Lack } from '../../model/probe-spec.ts';
import { folderWith } from '../config/folder.ts';

const CONFIG = `
title: corner.example status
monitors:
  website: { http: "https://example.net/", group: Public }
  zone: { dns: { name: example.net, type: SOA, servers: [10.0.0.53, "[2001:db8::1]:5353"] }, every: 90s, group: Public }
  router: { icmp: 192.168.1.1, group: Home }
  nas: { http: "http://nas.lan/?token=\${TOKEN}", needs: router, group: Home }
  backup: { heartbeat: { cron: "15 3 * * *", timezone: Europe/London, grace: 2h, token: none }, needs: [nas, router] }
  cron: { heartbeat: { every: 1d, token: none } }
  disk: { exec: [df, -h] }
exporters:
  host:
`;

async function described(config: string, lack?: Lack) {
  const sources = [{ file: 'signalbox.yml', text: config }];
  const read = await readConfig(sources, { TOKEN: 'a-token', OTHER: 'another-token' }, () => '');
  assert.ok('config' in read, JSON.stringify(read));
  // The night in which clocks go forward in London.
  const specs = new Map(await specsOf(read.config));
  // Whether this machine can ping is not what is tried here.
  for (const [kind, spec] of specs) if (spec.lacks !== undefined) specs.set(kind, { ...spec, lacks: async () => lack });
  return describeConfig(read.config, Date.UTC(2026, 2, 28, 12), specs);
}

test('what would be watched stands in a table by group, and the next runs of jobs in their own zone', async () => {
  const { lines, warnings } = await described(CONFIG);
  assert.deepEqual(lines, [
    'corner.example status: 7 monitors',
    '  name     what                                                     every  needs        from',
    '',
    'Public',
    '  website  http https://example.net/                                30s    -            local',
    '  zone     dns example.net SOA at 10.0.0.53:53, [2001:db8::1]:5353  1m30s  -            local',
    '',
    'Home',
    '  router   icmp 192.168.1.1                                         30s    -            local',
    '  nas      http [hidden]                                            30s    router       local',
    '',
    'Services',
    '  backup   heartbeat 15 3 * * * Europe/London                       30s    nas, router  local',
    '  cron     heartbeat every 24 h                                     30s    -            local',
    '  disk     exec df -h                                               30s    -            local',
    '',
    'Exporters',
    '  host  15s',
    '',
    'Next runs of jobs',
    '  backup  Sun 2026-03-29 03:15, Mon 2026-03-30 03:15, Tue 2026-03-31 03:15 Europe/London',
  ]);
  assert.deepEqual(warnings, []);
});

test('two monitors of the same thing, and pings that nothing can send, are warned of', async () => {
  const { warnings } = await described(
    `
monitors:
  one: { http: "https://example.net/" }
  two: { http: "https://example.net/", every: 1m }
  three: { http: "https://example.net/?t=\${TOKEN}" }
  four: { http: "https://example.net/?t=\${OTHER}" }
  router: { icmp: 192.168.1.1 }
`,
    { what: 'neither fping nor ping is installed', cure: 'install fping' },
  );
  assert.deepEqual(warnings, [
    'two and one look at the same: http https://example.net/',
    'neither fping nor ping is installed, so router would be unknown; install fping',
  ]);
});

/** Runs one command in a process of its own, without the rest of the command line. */
async function run(
  file: string,
  make: string,
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const module = pathToFileURL(join(import.meta.dirname, '../../cli', file)).href;
  const program = `import { ${make} } from '${module}'; await ${make}().parseAsync(${JSON.stringify(args)}, { from: 'user' });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done) => child.once('close', done)),
  ]);
  return { code, out, err };
}

test('the command says every mistake on standard error, counts them, and has an exit code for it', async () => {
  using folder = folderWith({ 'a.yml': 'monitors:\n  web: { http: example.net, evry: 1m }\n' });
  const path = join(folder.path, 'a.yml');
  const { code, out, err } = await run('check.ts', 'checkCommand', path);
  assert.equal(code, EXIT.config);
  assert.equal(out, '');
  assert.deepEqual(err.replaceAll(path, 'a.yml').trimEnd().split('\n'), [
    'a.yml:2:16 monitors.web.http: came "example.net", wanted an address such as https://example.net/path',
    'a.yml:2:29 monitors.web.evry: came an unknown key; did you mean every?',
    '',
    '2 mistakes; nothing would be watched',
  ]);
});

test('the command prints what a good config would watch', async () => {
  using folder = folderWith({ 'a.yml': 'monitors: { web: { http: "https://example.net/" } }' });
  const { code, out, err } = await run('check.ts', 'checkCommand', folder.path);
  assert.equal(code, EXIT.fine, err);
  assert.match(out, /^Signalbox: 1 monitor\n/);
});

test('the command prints the schema that is committed', async () => {
  const { code, out } = await run('schema.ts', 'schemaCommand');
  assert.equal(code, EXIT.fine);
  assert.equal((JSON.parse(out) as { title: string }).title, 'Signalbox config');
});
