import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerdSettings } from '../../../../exporters/docker-firewall/take/dockerd-process.ts';

test("dockerd's own settings are read from its command line, and from daemon.json where that is silent", () => {
  const file = '{"iptables": true, "userland-proxy": false, "firewall-backend": "nftables"}';
  assert.deepEqual(readDockerdSettings(['dockerd', '--iptables=false', '--ip6tables'], file), {
    iptables: false,
    ip6tables: true,
    userlandProxy: false,
    firewallBackend: 'nftables',
  });
  assert.deepEqual(readDockerdSettings(['dockerd'], 'no JSON'), {});
});
