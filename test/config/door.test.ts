import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../config/door.ts';
import { Secret } from '../../model/secret.ts';
import { folderWith } from './folder.ts';

const ISSUE = `
monitors:
  website:
    http: https://example.net/
    every: 30s
    expect: { status: 200, body: Welcome }
  irc:     { tcp: "irc.example.net:6697", tls: { days: 14 } }
  zone:    { dns: { name: example.net, type: SOA, servers: [10.0.0.53, 1.1.1.1] } }
  router:  { icmp: 192.168.1.1 }
  nas:     { http: http://nas.lan/, needs: [router], group: Home, public: false }
  backup:  { heartbeat: { cron: "15 3 * * *", timezone: Europe/London, grace: 2h, token: none } }
`;

test('the config that the product is explained with loads as it stands, with every default filled in', async () => {
  using folder = folderWith({ 'signalbox.yml': ISSUE });
  const path = join(folder.path, 'signalbox.yml');
  const { config, files, secrets } = await loadConfig(path, { env: {} });
  assert.deepEqual(files, [path]);
  assert.equal(secrets.size, 0);
  const { monitors, ...rest } = config;
  assert.partialDeepStrictEqual(rest, {
    title: 'Signalbox',
    listen: { host: '127.0.0.1', port: 8300 },
    names: [],
    storage: 'embedded',
    spool: { maxBytes: 2_000_000_000, maxAgeMs: 604_800_000 },
    online: [],
    exporters: [],
    site: { everyMs: 30_000 },
    defaults: {},
  });
  assert.deepEqual(
    monitors.map((monitor) => `${monitor.name} ${monitor.kind}`),
    ['website http', 'irc tcp', 'zone dns', 'router icmp', 'nas http', 'backup heartbeat'],
  );
  const { spec, ...nas } = monitors[4] ?? { spec: undefined };
  assert.equal((spec as { url: string }).url, 'http://nas.lan/');
  assert.deepEqual(nas, {
    name: 'nas',
    slug: 'nas',
    title: 'nas',
    group: 'Home',
    public: false,
    everyMs: 30_000,
    timeoutMs: 10_000,
    confirm: { bad: 2, good: 2, everyMs: 5_000 },
    failureRate: { window: 20, least: 3, share: 0.2 },
    needs: ['router'],
    agree: 'majority',
    vantages: ['local'],
    kind: 'http',
    port: { protocol: 'tcp', number: 80 },
    traits: { by: 'a web request' },
  });
});

test('the example that comes with the product has no mistakes', async () => {
  const path = join(import.meta.dirname, '../../signalbox.example.yml');
  const { config } = await loadConfig(path, { env: { DEMO_TOKEN: 'a-token-for-the-demo' } });
  assert.ok(config.monitors.length > 0);
});

test('defaults hold for every monitor that does not say otherwise, and never make a timeout longer than its interval', async () => {
  using folder = folderWith({
    'a.yml': `
defaults: { every: 1m, timeout: 20s, group: Home, public: false, confirm: { bad: 3 } }
monitors:
  plain: { http: "https://example.net/" }
  quick: { http: "https://example.net/", every: 2s, group: Fast, confirm: { good: 1 } }
  job: { heartbeat: { every: 1d, token: none } }
`,
  });
  const { config } = await loadConfig(folder.path);
  const seen = config.monitors.map(({ name, everyMs, timeoutMs, group, confirm }) => [
    name,
    everyMs,
    timeoutMs,
    group,
    confirm,
  ]);
  assert.deepEqual(seen, [
    ['plain', 60_000, 20_000, 'Home', { bad: 3, good: 2, everyMs: 5_000 }],
    ['quick', 2_000, 2_000, 'Fast', { bad: 3, good: 1, everyMs: 2_000 }],
    ['job', 60_000, 20_000, 'Home', { bad: 3, good: 1, everyMs: 5_000 }],
  ]);
});

test('what an external client cannot reach is down when nothing is said, and each kind is checked from where it can be', async () => {
  using folder = folderWith({
    'a.yml': `
defaults: { from: [local, outside] }
monitors:
  shop: { http: "https://shop.example/" }
  inside: { http: "http://shop.example:8080/", from: local }
  voted: { tcp: "shop.example:25", agree: majority }
  zone: { dns: { name: example.net, type: A, servers: [shop.example, "shop.example:53"] } }
  unit: { systemd: nginx.service }
  job: { heartbeat: { every: 1d, token: none } }
`,
  });
  const seen = (await loadConfig(folder.path)).config.monitors.map(({ name, vantages, agree, port }) =>
    [name, vantages.join('+'), agree, port && `${port.number}/${port.protocol}`].join(' ').trim(),
  );
  assert.deepEqual(seen, [
    'shop local+outside any 443/tcp',
    'inside local majority 8080/tcp',
    'voted local+outside majority 25/tcp',
    'zone local+outside any 53/udp',
    'unit local majority',
    'job local majority',
  ]);
});

test('how often a monitor may fail is set for one, for all, or not at all', async () => {
  using folder = folderWith({
    'a.yml': `
defaults: { failure_rate: { window: 50, share: 0.1 } }
monitors:
  plain: { http: "https://example.net/" }
  strict: { http: "https://example.net/", failure_rate: { least: 1, share: 5% } }
  flaky: { http: "https://example.net/", failure_rate: false }
`,
  });
  const rates = (await loadConfig(folder.path)).config.monitors.map((one) => one.failureRate);
  assert.deepEqual(rates, [{ window: 50, least: 3, share: 0.1 }, { window: 50, least: 1, share: 0.05 }, undefined]);
  using off = folderWith({
    'a.yml': `
defaults: { failure_rate: false }
monitors: { plain: { tcp: "a.example:1" }, strict: { tcp: "a.example:2", failure_rate: { least: 2 } } }
`,
  });
  const others = (await loadConfig(off.path)).config.monitors.map((one) => one.failureRate);
  assert.deepEqual(others, [undefined, { window: 20, least: 2, share: 0.2 }]);
});

test('a folder of fragments is one config, in order of the file names', async () => {
  using folder = folderWith({
    '20-home.yaml': 'monitors: { nas: { icmp: nas.lan, needs: web } }',
    '10-web.yml': 'title: Ours\nmonitors: { web: { http: "https://example.net/" } }',
    '.hidden.yml': 'nonsense: true',
    'notes.txt': 'nonsense',
    'empty.yml': '# nothing yet\n',
  });
  const { config, files } = await loadConfig(folder.path);
  assert.equal(config.title, 'Ours');
  assert.deepEqual(
    config.monitors.map((monitor) => monitor.name),
    ['web', 'nas'],
  );
  assert.deepEqual(files, [folder.path]);
});

test('anchors, aliases and merge keys are as good as writing it out', async () => {
  using folder = folderWith({
    'a.yml': `
monitors:
  web: &web { http: "https://example.net/", every: 20s, expect: &fine { status: 200 } }
  api: { <<: *web, every: 40s, group: Api }
  old: { http: "https://old.example.net/", expect: *fine }
`,
  });
  const { config } = await loadConfig(folder.path);
  assert.equal(config.monitors[1]?.everyMs, 40_000);
  const [web, api, old] = config.monitors.map((monitor) => monitor.spec as { url: string; expect: unknown });
  assert.equal(api?.url, 'https://example.net/');
  assert.deepEqual(old?.expect, web?.expect);
});

test('secrets come from the environment and from files beside the config, and reach the other side alive', async () => {
  using folder = folderWith({
    'conf/a.yml': `
storage: { write: "http://vm:8428/", read: "http://vm:8428", auth: { basic: { user: box, password: "\${PASSWORD}" } } }
monitors:
  web: { http: "https://example.net/?token=\${TOKEN}", auth: { bearer: { file: ../secret.txt } } }
  raw: { http: "https://example.net/", expect: { body: "costs $\${5}" } }
`,
    'secret.txt': 'from-a-file\n',
  });
  const env = { PASSWORD: 'from-the-environment', TOKEN: 'token-in-a-url' };
  const { config, files, secrets } = await loadConfig(join(folder.path, 'conf'), { env });
  assert.ok(config.storage !== 'embedded' && config.storage.auth !== undefined && 'basic' in config.storage.auth);
  assert.ok(config.storage.auth.basic.password instanceof Secret);
  assert.equal(config.storage.auth.basic.password.reveal(), 'from-the-environment');
  assert.equal(config.storage.write, 'http://vm:8428');
  const spec = config.monitors[0]?.spec as { url: Secret; auth: { bearer: Secret } };
  assert.equal(spec.url.reveal(), 'https://example.net/?token=token-in-a-url');
  assert.equal(spec.auth.bearer.reveal(), 'from-a-file');
  assert.match(JSON.stringify(config.monitors[1]?.spec), /costs \$\{5\}/);
  assert.deepEqual(files, [join(folder.path, 'conf'), join(folder.path, 'secret.txt')]);
  for (const one of ['from-the-environment', 'token-in-a-url', 'from-a-file']) assert.ok(secrets.has(one), one);
});

test('nobody can change a config that was handed out', async () => {
  using folder = folderWith({ 'a.yml': ISSUE });
  const { config } = await loadConfig(folder.path);
  const thawed: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || value instanceof Secret) return;
    if (!Object.isFrozen(value)) thawed.push(path);
    for (const [key, one] of Object.entries(value)) walk(one, `${path}.${key}`);
  };
  walk(config, 'config');
  assert.deepEqual(thawed, []);
});

test('a load that is called off rejects with the reason, and does not wait for the reader', async () => {
  const off = new AbortController();
  using folder = folderWith({ 'a.yml': ISSUE });
  const loading = loadConfig(folder.path, { signal: off.signal });
  off.abort(new Error('the box is stopping'));
  await assert.rejects(loading, /the box is stopping/);
});
