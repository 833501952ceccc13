import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { BoxHouse, webServer } from './box.ts';

const ABSENT = 'storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }';

/** A balancer before two backends of which one is dead. */
function everySecond(): RequestListener {
  let request = 0;
  return (_, response) => response.writeHead(request++ % 2 === 0 ? 200 : 503).end('Welcome');
}

test('a balancer with one dead backend is degraded, and a dead child of such a one is down', async () => {
  await using balancer = await webServer(everySecond());
  await using parent = await webServer(everySecond());
  await using child = await webServer((_, response) => response.writeHead(500).end());
  await using house = await BoxHouse.open(`
${ABSENT}
site: { every: 1s }
defaults: { every: 1s, timeout: 1s, confirm: { every: 1s } }
monitors:
  kid: { http: "${child.url}", needs: par }
  par: { http: "${parent.url}", failure_rate: false }
  shop: { http: "${balancer.url}" }
`);
  const box = await house.start();
  const shop = await box.published('shop', (one) => one.standing === 'degraded' && one.reason.startsWith('every'));
  assert.equal(shop.reason, 'every second check fails: 503 Service Unavailable');
  const kid = await box.published('kid', (one) => one.standing === 'down');
  assert.match(kid.reason, /500 Internal Server Error/);
});
