import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { suite, test } from 'node:test';
import { folderWith } from '../config/folder.ts';
import { webServer } from '../integration/box.ts';
import { run } from './command.ts';

/** A port that nobody listens at. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

suite('signalbox probe', { concurrency: 2 }, () => {
  test('exits with 0 for up, 1 for down or degraded, 4 when the check could not be made, for every kind', async () => {
    await using shop = await webServer((asked, answer) =>
      answer.writeHead(asked.url === '/' ? 200 : 502).end('Welcome'),
    );
    const nobody = await closedPort();
    const { port } = new URL(shop.url);
    using folder = folderWith({
      'signalbox.yml': `
monitors:
  web: { http: "${shop.url}" }
  shop: { http: "${shop.url}shop" }
  name: { http: "http://nowhere.invalid/", timeout: 3s }
  door: { tcp: "127.0.0.1:${port}" }
  shut: { tcp: "127.0.0.1:${nobody}" }
  cert: { tls: "127.0.0.1:${nobody}" }
  zone: { dns: { name: example.net, type: A, servers: ["127.0.0.1:${nobody}"] }, timeout: 2s }
  fine: { exec: [sh, -c, "echo all is well"] }
  slow: { exec: [sh, -c, "echo slow; exit 1"] }
  none: { exec: [/nowhere/at/all] }
`,
    });
    for (const [name, wanted, said] of [
      ['web', 0, /web is UP: 200 OK/],
      ['shop', 1, /shop is DOWN: 502 Bad Gateway/],
      ['name', 1, /name is DOWN|name is UNKNOWN/],
      ['door', 0, /door is UP/],
      ['shut', 1, /shut is DOWN: connection refused/],
      ['cert', 1, /cert is DOWN/],
      ['zone', 1, /zone is DOWN/],
      ['fine', 0, /fine is UP: all is well/],
      ['slow', 1, /slow is DEGRADED: slow/],
      ['none', 4, /none is UNKNOWN: cannot start \/nowhere\/at\/all/],
    ] as const) {
      const { code, out, err } = await run(['probe', name], { cwd: folder.path });
      assert.match(out, said, err);
      if (/UNKNOWN/.test(out)) assert.equal(code, 4, out);
      else assert.equal(code, wanted, out);
    }
  });

  test('a name with a typo is answered with the nearest, and a heartbeat with why it cannot be probed', async () => {
    using folder = folderWith({
      'signalbox.yml':
        'monitors: { website: { http: "http://127.0.0.1/" }, job: { heartbeat: { every: 1h, token: none } } }',
    });
    const typo = await run(['probe', 'webiste'], { cwd: folder.path });
    assert.deepEqual([typo.code, typo.err], [2, 'no monitor is named webiste; did you mean website?\n']);
    const job = await run(['probe', 'job'], { cwd: folder.path });
    assert.equal(job.code, 2);
    assert.match(job.err, /job is a heartbeat: it reports by itself/);
  });
});
