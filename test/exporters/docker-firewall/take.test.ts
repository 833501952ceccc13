import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprintOf } from '../../../exporters/docker-firewall/memory.ts';
import { rulesetHashes, rulesetsOf } from '../../../exporters/docker-firewall/rulesets.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { keep } from '../../../exporters/docker-firewall/take/keep.ts';
import { socketsIn, takeListeners } from '../../../exporters/docker-firewall/take/listeners.ts';
import { aMachine } from '../../collector/vantage/outside/machine.ts';
import { requireProgram } from '../../require-program.ts';

const healthy = JSON.parse(
  readFileSync(new URL('../../fixtures/firewall/healthy.json', import.meta.url), 'utf8'),
) as Snapshot;
const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

test('who listens is read from the kernel in its own byte order', () => {
  const tcp = `${HEADING}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0
   1: 0100007F:1F91 0100007F:ABCD 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0
   2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4713 1
   3: B80D0120000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4714 1\n`;
  assert.deepEqual(socketsIn(tcp, 'tcp'), [
    { proto: 'tcp', address: '127.0.0.1', port: 8080, inode: '4711' },
    { proto: 'tcp', address: '::1', port: 80, inode: '4713' },
    { proto: 'tcp', address: '2001:db8::1', port: 443, inode: '4714' },
  ]);
});

test('a listening socket has its program', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const mine = (await takeListeners()).find((one) => one.port === port);
  assert.equal(mine?.address, '127.0.0.1');
  // The first thread's name, which Node sets.
  assert.match(mine?.program ?? '', /node|MainThread/i);
});

test('only what is named is kept of what Docker says', () => {
  const kept = keep(
    {
      Name: 'a',
      Env: ['SECRET=1'],
      Networks: { one: { IP: '1', Key: 'x' } },
      Options: { 'com.docker.a': '1', token: 'x' },
    },
    { Name: true, Networks: { '*': { IP: true } }, Options: { 'com.docker.*': true } },
  );
  assert.deepEqual(kept, { Name: 'a', Networks: { one: { IP: '1' } }, Options: { 'com.docker.a': '1' } });
});

test('rules are counted by backend, and the policy with what it has dropped', () => {
  const legacy4 = `# Generated
*filter
:INPUT ACCEPT [9:9]
:FORWARD DROP [2:120]
:DOCKER - [0:0]
[5:300] -A FORWARD -o docker0 -j DOCKER
[0:0] -A FORWARD -s 10.0.0.0/8 -j ACCEPT
COMMIT
`;
  const rulesets = rulesetsOf({ ...healthy, rules: { ...healthy.rules, legacy4 } });
  const found = (backend: string, family: string) =>
    rulesets.find((one) => one.backend === backend && one.family === family);
  assert.deepEqual(found('legacy', 'ip'), {
    backend: 'legacy',
    family: 'ip',
    rules: 2,
    dockerRules: 1,
    dropsForwarded: true,
    dropped: 2,
  });
  assert.equal(found('legacy', 'ip6')?.rules, 0);
  assert.ok((found('nft_compat', 'ip')?.dockerRules ?? 0) > 5);
  assert.equal(found('nft_native', 'ip')?.rules, 0);
});

test('counters change no hash; a rule does, in its own backend alone', () => {
  const { nft4 = '' } = healthy.rules;
  const same = { ...healthy, at: 1, rules: { ...healthy.rules, nft4: nft4.replace(/\[\d+:\d+\]/g, '[7:420]') } };
  assert.deepEqual(rulesetHashes(same), rulesetHashes(healthy));
  assert.equal(fingerprintOf(same), fingerprintOf(healthy));
  const other = { ...healthy, rules: { ...healthy.rules, nft4: nft4.replace('-j MASQUERADE', '-j ACCEPT') } };
  assert.notEqual(rulesetHashes(other).nft_compat, rulesetHashes(healthy).nft_compat);
  assert.equal(rulesetHashes(other).nft_native, rulesetHashes(healthy).nft_native);
  assert.notEqual(fingerprintOf(other), fingerprintOf(healthy));
});

test('without iptables nothing is missing, as long as nftables has no table of it', async (t) => {
  if (requireProgram('nft', t) === undefined || process.getuid?.() !== 0) return;
  const machine = await aMachine(t);
  const bin = await mkdtemp(join(tmpdir(), 'signalbox-bin-'));
  t.after(() => rm(bin, { recursive: true }));
  const missed = async (nft: string) => {
    await writeFile(join(bin, 'nft'), `#!/bin/sh\necho '${nft}'\n`, { mode: 0o755 });
    const path = new URL('../../../exporters/docker-firewall/take/rules.ts', import.meta.url).href;
    const script = `process.env.PATH = ${JSON.stringify(bin)};
      const { takeRules } = await import(${JSON.stringify(path)});
      const missed = [];
      await takeRules(AbortSignal.timeout(5000), (part, why) => missed.push(part));
      console.log(JSON.stringify(missed.sort()));`;
    const hidden = 'mount -t tmpfs none /usr/sbin && exec "$0" --input-type=module -e "$1"';
    return JSON.parse(
      await machine.run('unshare', '--mount', 'sh', '-c', hidden, process.execPath, script),
    ) as readonly string[];
  };
  assert.deepEqual(await missed('{"nftables":[{"table":{"family":"ip","name":"docker-bridges"}}]}'), []);
  assert.deepEqual(await missed('{"nftables":[{"table":{"family":"ip","name":"filter"}}]}'), ['nft4']);
});
