import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createClock } from '../../../collector/clock.ts';
import { createResolver, type ResolverOptions } from '../../../collector/names/resolver.ts';
import { NameNotFound } from '../../../model/probe.ts';
import { FakeClock } from '../../fake-clock.ts';
import { a, aaaa, type Behaviour, startNameServer } from './name-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'names-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(text: string): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, text);
  return path;
}

function resolverWith(options: Partial<ResolverOptions> & { hosts?: string; conf?: string; nsswitch?: string }) {
  return createResolver({
    clock: createClock(),
    hostsFile: file(options.hosts ?? ''),
    resolvFile: file(options.conf ?? 'search .\noptions timeout:5 attempts:1\n'),
    nsswitchFile: file(options.nsswitch ?? 'hosts: files dns\n'),
    hasGlobalV6: () => false,
    ...options,
  });
}

const soon = () => AbortSignal.timeout(20_000);
const texts = (resolved: { addresses: readonly { address: string }[] }) => resolved.addresses.map((one) => one.address);

function zone(records: Readonly<Record<string, readonly string[]>>) {
  return ({ name, type }: { name: string; type: string }): Behaviour => {
    const addresses = records[name];
    if (addresses === undefined) return { rcode: 'NXDOMAIN' };
    const v6 = addresses.filter((one) => one.includes(':')).map((one) => aaaa(name, one));
    const v4 = addresses.filter((one) => !one.includes(':')).map((one) => a(name, one));
    return { answers: type === 'AAAA' ? v6 : v4 };
  };
}

test('an address needs no name server', async () => {
  const resolve = resolverWith({ servers: ['127.0.0.1:1'] });
  assert.deepEqual(texts(await resolve('192.0.2.7', 0, soon())), ['192.0.2.7']);
  assert.deepEqual(texts(await resolve('[2001:db8::7]', 6, soon())), ['2001:db8::7']);
  await assert.rejects(resolve('192.0.2.7', 6, soon()), /192\.0\.2\.7 is an IPv4 address, and IPv6 was wanted/);
});

test('localhost is always this machine, whatever the hosts file or a name server says', async () => {
  await using server = await startNameServer(() => ({ answers: [a('localhost', '192.0.2.66')] }));
  const resolve = resolverWith({ servers: [server.address], hosts: '192.0.2.66 localhost\n' });
  assert.deepEqual(texts(await resolve('localhost', 0, soon())), ['127.0.0.1', '::1']);
  assert.deepEqual(texts(await resolve('shop.LocalHost', 6, soon())), ['::1']);
  assert.deepEqual(server.asked, []);
});

test('the hosts file goes before name servers, family by family', async () => {
  await using server = await startNameServer(zone({ 'nas.lan': ['2001:db8::5'] }));
  const resolve = resolverWith({
    servers: [server.address],
    hosts: '10.0.0.5  nas.lan nas # the box\n10.0.0.6 NAS.lan\n',
  });
  assert.deepEqual(await resolve('nas.lan.', 0, soon()).then(texts), ['10.0.0.5', '10.0.0.6']);
  assert.equal((await resolve('NAS', 4, soon())).source, 'hosts');
  assert.deepEqual(await resolve('nas.lan', 6, soon()).then(texts), ['2001:db8::5']);
});

test('an edited hosts file counts a second later', async () => {
  const clock = new FakeClock();
  const hostsFile = file('10.0.0.5 nas\n');
  const resolve = resolverWith({ clock, hostsFile });
  assert.deepEqual(texts(await resolve('nas', 0, soon())), ['10.0.0.5']);
  writeFileSync(hostsFile, '10.0.0.77 nas\n');
  assert.deepEqual(texts(await resolve('nas', 0, soon())), ['10.0.0.5']);
  await clock.advance(1_001);
  assert.deepEqual(texts(await resolve('nas', 0, soon())), ['10.0.0.77']);
});

test('both families are asked for, and IPv4 comes first where the machine has no way out by IPv6', async () => {
  await using server = await startNameServer(zone({ 'example.net': ['2001:db8::1', '192.0.2.1', '192.0.2.2'] }));
  // By this clock no family waits too long for the other.
  const clock = new FakeClock();
  const without = await resolverWith({ clock, servers: [server.address] })('example.net', 0, soon());
  assert.deepEqual(texts(without), ['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  assert.equal(without.source, 'dns');
  const withV6 = resolverWith({ clock, servers: [server.address], hasGlobalV6: () => true });
  assert.deepEqual(texts(await withV6('example.net', 0, soon())), ['2001:db8::1', '192.0.2.1', '192.0.2.2']);
  assert.deepEqual(texts(await withV6('example.net', 4, soon())), ['192.0.2.1', '192.0.2.2']);
});

test('a name that does not exist says so, and who said it', async () => {
  await using server = await startNameServer(zone({ 'v4.example': ['192.0.2.1'] }));
  const resolve = resolverWith({ servers: [server.address] });
  const error = await resolve('example.nt', 0, soon()).catch((cause: unknown) => cause);
  assert.ok(error instanceof NameNotFound);
  assert.equal(error.message, `example.nt does not exist (NXDOMAIN from ${server.address})`);
  await assert.rejects(resolve('v4.example', 6, soon()), {
    message: `v4.example has no IPv6 address (NODATA from ${server.address})`,
  });
});

test('a probe sees the truth: nothing a name server said is remembered', async () => {
  let address = '192.0.2.1';
  await using server = await startNameServer(({ name, type }) => ({ answers: type === 'A' ? [a(name, address)] : [] }));
  const resolve = resolverWith({ servers: [server.address] });
  assert.deepEqual(texts(await resolve('example.net', 0, soon())), ['192.0.2.1']);
  address = '192.0.2.2';
  assert.deepEqual(texts(await resolve('example.net', 0, soon())), ['192.0.2.2']);
});

test('the search list is used as resolv.conf says', async () => {
  await using server = await startNameServer(zone({ 'nas.home.lan': ['10.0.0.5'], 'a.b.home.lan': ['10.0.0.6'] }));
  const conf = 'search other.lan home.lan\noptions ndots:1 timeout:5\n';
  const resolve = resolverWith({ servers: [server.address], conf });
  assert.deepEqual(texts(await resolve('nas', 4, soon())), ['10.0.0.5']);
  assert.deepEqual(
    server.asked.map((one) => one.name),
    ['nas.other.lan', 'nas.home.lan'],
  );
  server.asked.length = 0;
  assert.deepEqual(texts(await resolve('a.b', 4, soon())), ['10.0.0.6']);
  assert.deepEqual(
    server.asked.map((one) => one.name),
    ['a.b', 'a.b.other.lan', 'a.b.home.lan'],
  );
  await assert.rejects(resolve('nas.', 4, soon()), /nas\. does not exist/);
});

test('when the first name server is dead the second one answers, and is asked first from then on', async () => {
  await using dead = await startNameServer(() => ({ silent: true }));
  await using alive = await startNameServer(zone({ 'example.net': ['192.0.2.1'] }));
  const conf = 'search .\noptions timeout:2 attempts:1\n';
  const resolve = resolverWith({ servers: [dead.address, alive.address], conf });
  assert.deepEqual(texts(await resolve('example.net', 4, soon())), ['192.0.2.1']);
  assert.deepEqual(texts(await resolve('example.net', 4, soon())), ['192.0.2.1']);
  assert.equal(dead.asked.length, 1);
});

test('name servers that do not answer are named', async () => {
  await using silent = await startNameServer(() => ({ silent: true }));
  await using broken = await startNameServer(() => ({ rcode: 'SERVFAIL' }));
  const conf = 'search .\noptions timeout:2 attempts:1\n';
  const resolve = resolverWith({ servers: [silent.address, broken.address, '127.0.0.1:1'], conf });
  await assert.rejects(resolve('example.net', 0, soon()), {
    message:
      `example.net cannot be resolved: name server ${silent.address} does not answer, ` +
      `name server ${broken.address} could not find out (SERVFAIL), name server 127.0.0.1:1 refuses connections`,
  });
});

test('a resolution ends when its check does, and leaves the others alone', async () => {
  await using server = await startNameServer(({ name, type }) =>
    name === 'slow.example' ? { silent: true } : { answers: type === 'A' ? [a(name, '192.0.2.1')] : [], after: 150 },
  );
  const resolve = resolverWith({ servers: [server.address], conf: 'search .\noptions timeout:30 attempts:1\n' });
  const ended = new AbortController();
  const slow = assert.rejects(
    resolve('slow.example', 0, ended.signal),
    /slow\.example cannot be resolved: name server \S+ does not answer/,
  );
  const other = resolve('other.example', 0, soon());
  setTimeout(() => ended.abort(), 50);
  await slow;
  assert.deepEqual(texts(await other), ['192.0.2.1']);
});

test('one family that never answers does not hold up the other', async () => {
  await using server = await startNameServer(({ name, type }) =>
    type === 'AAAA' ? { silent: true } : { answers: [a(name, '192.0.2.1')] },
  );
  const resolve = resolverWith({ servers: [server.address], conf: 'search .\noptions timeout:30 attempts:1\n' });
  assert.deepEqual(texts(await resolve('example.net', 0, soon())), ['192.0.2.1']);
});

test('a changed resolv.conf counts a second later', async () => {
  const clock = new FakeClock();
  const resolvFile = file('search old.lan\n');
  await using server = await startNameServer(zone({ 'nas.new.lan': ['10.0.0.5'] }));
  const resolve = resolverWith({ clock, resolvFile, servers: [server.address] });
  await assert.rejects(resolve('nas', 4, soon()), NameNotFound);
  writeFileSync(resolvFile, 'search new.lan\n');
  await clock.advance(1_001);
  assert.deepEqual(texts(await resolve('nas', 4, soon())), ['10.0.0.5']);
});

test('with further sources in nsswitch.conf the system is asked last, and a name nobody knows still says why', async () => {
  await using server = await startNameServer(zone({}));
  const resolve = resolverWith({
    servers: [server.address],
    nsswitch: 'hosts: files mdns4_minimal [NOTFOUND=return] dns\n',
  });
  await assert.rejects(resolve('no-such-name.invalid', 0, soon()), /no-such-name\.invalid does not exist \(NXDOMAIN/);
});
