import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { knockAll } from '../../../exporters/docker-firewall/knock/knock.ts';
import { observe, verdictOf } from '../../../exporters/docker-firewall/knock/observe.ts';
import { distrusted, skewsOf } from '../../../exporters/docker-firewall/knock/skew.ts';
import type { From, PortReport, PortVerdict } from '../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { requireProgram } from '../../require-program.ts';

const KEY = 'web 0.0.0.0 8080/tcp';
const outside = { enters: 'sbout1', door: [], address4: '203.0.113.2', gateway4: '203.0.113.1' };

function port(from: From, verdict: PortVerdict, more: Partial<PortReport> = {}): PortReport {
  return {
    container: 'web',
    port: 8080,
    containerPort: 80,
    proto: 'tcp',
    family: 4,
    hostAddress: '0.0.0.0',
    from,
    verdict,
    why: 'because',
    rule: verdict === 'blocked' ? 'nft filter FORWARD policy DROP' : '',
    walk: [],
    ...more,
  };
}

test('a knock tells an open door from a closed one, by TCP and by UDP', async (t) => {
  const tcp = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  const shut = createServer().listen(0, '127.0.0.1');
  const answering = createSocket('udp4');
  const silent = createSocket('udp4');
  answering.on('message', (_, { port, address }) => answering.send('yes', port, address));
  t.after(() => [tcp, answering, silent].map((one) => one.close()));
  await Promise.all([answering, silent].map((one) => new Promise<void>((done) => one.bind(0, '127.0.0.1', done))));
  const closed = (shut.address() as AddressInfo).port;
  await new Promise((resolve) => shut.close(resolve));
  const at = (proto: 'tcp' | 'udp', number: number) => ({ proto, address: '127.0.0.1', port: number });
  const answers = await knockAll(
    [
      at('tcp', (tcp.address() as AddressInfo).port),
      at('tcp', closed),
      at('udp', answering.address().port),
      at('udp', silent.address().port),
      at('udp', closed),
    ],
    300,
  );
  assert.deepEqual(answers, ['open', 'refused', 'open', 'silent', 'refused']);
});

test('a container that answers an empty datagram is reached through a real docker-proxy, which passes on none', async (t) => {
  const program = requireProgram('docker-proxy', t);
  if (program === undefined) return;
  const heard: string[] = [];
  const inside = createSocket('udp4');
  const free = createSocket('udp4');
  t.after(() => inside.close());
  inside.on('message', (said, { port, address }) => {
    heard.push(said.toString());
    inside.send('yes', port, address);
  });
  await Promise.all([inside, free].map((one) => new Promise<void>((done) => one.bind(0, '127.0.0.1', done))));
  const containerPort = inside.address().port;
  const published = free.address().port;
  await new Promise<void>((done) => free.close(done));
  const from = ['-host-ip', '127.0.0.1', '-host-port', String(published)];
  const to = ['-container-ip', '127.0.0.1', '-container-port', String(containerPort)];
  const proxy = spawn(program, ['-proto', 'udp', ...from, ...to], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  t.after(() => proxy.kill('SIGKILL'));
  const [said] = await once(proxy.stdio[3] as Readable, 'data');
  assert.equal(String(said), '0\n', 'it listens');
  const snapshot = {
    docker: {
      containers: [{ Name: '/web', NetworkSettings: { Networks: { bridge: { IPAddress: '127.0.0.1' } } } }],
    },
  } as unknown as Snapshot;
  const ports = [port('outside', 'reachable', { port: published, containerPort, proto: 'udp' })];
  const here = { ...outside, gateway4: '127.0.0.1' };
  const [seen] = await observe(ports, snapshot, here, AbortSignal.timeout(60_000));
  assert.deepEqual([seen?.outside, seen?.inside], ['reachable', 'reachable'], seen?.evidence.join('; '));
  assert.deepEqual(heard, ['', '\n', '\n'], 'what is not empty is said where it is needed alone');
});

test('a refusal means blocked only where the container itself would have answered', () => {
  assert.equal(verdictOf('open', 'silent', 'tcp'), 'reachable');
  assert.equal(verdictOf('silent', 'open', 'tcp'), 'blocked');
  assert.equal(verdictOf('unreachable', 'open', 'tcp'), 'blocked');
  assert.equal(verdictOf('refused', 'open', 'tcp'), 'blocked');
  // Nobody listens in the container: whoever reaches it is refused, and whoever is not refused has not reached it.
  assert.equal(verdictOf('refused', 'refused', 'tcp'), 'unknown');
  assert.equal(verdictOf('silent', 'refused', 'tcp'), 'blocked');
  assert.equal(verdictOf('silent', 'silent', 'tcp'), 'unknown');
});

test('silence by UDP says nothing, unless the container answers others', () => {
  assert.equal(verdictOf('silent', 'silent', 'udp'), 'unknown');
  assert.equal(verdictOf('silent', 'refused', 'udp'), 'unknown');
  assert.equal(verdictOf('silent', 'open', 'udp'), 'blocked');
  assert.equal(verdictOf('refused', 'silent', 'udp'), 'blocked');
  assert.equal(verdictOf('refused', 'refused', 'udp'), 'unknown');
});

test('where the rules and a stranger disagree, what is predicted from outside is not trusted', () => {
  const veth = [port('outside', 'reachable'), port('host', 'reachable')];
  const seen = [{ key: KEY, outside: 'blocked', inside: 'reachable', evidence: ['a stranger knocked'] }] as const;
  const [skew, ...more] = skewsOf({ veth, outer: veth }, seen, outside);
  assert.equal(more.length, 0);
  assert.equal(skew?.severity, 'warning');
  assert.match(
    skew?.says ?? '',
    /^By the rules web:8080\/tcp is reachable .* enters by sbout1, .* found it blocked: .* not to be trusted\.$/,
  );
  assert.deepEqual(skew?.evidence, ['a stranger knocked', 'the rules: because']);
  assert.deepEqual([...distrusted(veth, seen)], [KEY]);
});

test('a port that answers the machine and no stranger is critical, unless it is to be closed to strangers', () => {
  const veth = [port('outside', 'blocked'), port('host', 'reachable')];
  const seen = [{ key: KEY, outside: 'blocked', inside: 'reachable', evidence: [] }] as const;
  const [skew] = skewsOf({ veth, outer: veth }, seen, outside);
  assert.equal(skew?.severity, 'critical');
  assert.match(
    skew?.says ?? '',
    /answers this machine itself, and a stranger who knocks is turned away by nft filter FORWARD policy DROP\.$/,
  );
  assert.deepEqual(skewsOf({ veth, outer: veth }, seen, outside, ['443/tcp']), []);
  const closed = [port('outside', 'blocked', { onPurpose: true }), port('host', 'reachable')];
  assert.deepEqual(skewsOf({ veth: closed, outer: closed }, seen, outside), []);
  assert.equal(distrusted(veth, seen).size, 0);
});

test('where either says nothing, there is no disagreement', () => {
  const unsure = [port('outside', 'unknown'), port('host', 'unknown')];
  const seen = [{ key: KEY, outside: 'reachable', inside: 'blocked', evidence: [] }] as const;
  assert.deepEqual(skewsOf({ veth: unsure, outer: unsure }, seen, outside), []);
  const sure = [port('outside', 'blocked'), port('host', 'reachable')];
  const unseen = [{ key: KEY, outside: 'unknown', inside: 'unknown', evidence: [] }] as const;
  assert.deepEqual(skewsOf({ veth: sure, outer: sure }, unseen, outside), []);
});
