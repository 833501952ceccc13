import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderAddresses } from '../../../collector/names/address-order.ts';
import { endpointInWords, isHost, parseEndpoint } from '../../../collector/names/endpoint.ts';
import { parseHosts } from '../../../collector/names/hosts-file.ts';
import { namesToAsk, parseResolvConf } from '../../../collector/names/resolv-conf.ts';
import { namesOtherSources } from '../../../collector/names/system-lookup.ts';

test('resolv.conf is read as its manual says', () => {
  const conf = parseResolvConf(
    '# made by hand\n; nameserver 9.9.9.9\nnameserver 10.0.0.53\nnameserver ::1\nnameserver nonsense\nnameserver 10.0.0.54\n' +
      'nameserver 10.0.0.55\ndomain first.lan\nsearch a.lan. b.lan\noptions ndots:99 timeout:99 attempts:99 rotate\n',
  );
  assert.deepEqual(conf, {
    servers: ['10.0.0.53', '::1', '10.0.0.54'],
    search: ['a.lan', 'b.lan'],
    ndots: 15,
    timeoutMs: 30_000,
    attempts: 5,
  });
  assert.deepEqual(parseResolvConf('').servers, ['127.0.0.1']);
});

test('a name is completed by the search list, before or after it is asked for as it stands', () => {
  const conf = { search: ['a.lan', 'b.lan'], ndots: 2 };
  assert.deepEqual(namesToAsk('nas', conf), ['nas.a.lan', 'nas.b.lan', 'nas']);
  assert.deepEqual(namesToAsk('nas.home', conf), ['nas.home.a.lan', 'nas.home.b.lan', 'nas.home']);
  assert.deepEqual(namesToAsk('nas.home.net', conf), ['nas.home.net', 'nas.home.net.a.lan', 'nas.home.net.b.lan']);
  assert.deepEqual(namesToAsk('nas.', conf), ['nas']);
});

test('a hosts file with rubbish in it still gives what it can', () => {
  const hosts = parseHosts(
    '10.0.0.1\tRouter router.lan # gateway\nrubbish here\n\n::1 ip6-localhost\n10.0.0.1 router\n#10.0.0.9 no\n',
  );
  assert.deepEqual([...hosts.keys()], ['router', 'router.lan', 'ip6-localhost']);
  assert.deepEqual(hosts.get('router'), [{ address: '10.0.0.1', family: 4 }]);
});

test('private and local IPv6 addresses come after IPv4, loopback before all', () => {
  const order = (hasGlobal: boolean) =>
    orderAddresses(
      [
        { address: 'fd00::1', family: 6 },
        { address: '192.0.2.1', family: 4 },
        { address: '2001:db8::1', family: 6 },
        { address: '::1', family: 6 },
      ],
      hasGlobal,
    ).map((one) => one.address);
  assert.deepEqual(order(true), ['::1', '2001:db8::1', '192.0.2.1', 'fd00::1']);
  assert.deepEqual(order(false), ['::1', '192.0.2.1', 'fd00::1', '2001:db8::1']);
});

test('nsswitch.conf tells whether others than files and name servers know names', () => {
  assert.equal(namesOtherSources('passwd: files nis\nhosts: files dns\n'), false);
  assert.equal(namesOtherSources('hosts: files mdns4_minimal [NOTFOUND=return] dns # comment\n'), true);
  assert.equal(namesOtherSources(''), false);
});

test('hosts and ports are read in all their spellings, and nothing else is', () => {
  assert.deepEqual(parseEndpoint('irc.example.net:6697'), { host: 'irc.example.net', port: 6697 });
  assert.deepEqual(parseEndpoint('10.0.0.53', 53), { host: '10.0.0.53', port: 53 });
  assert.deepEqual(parseEndpoint('[::1]:5353', 53), { host: '::1', port: 5353 });
  assert.deepEqual(parseEndpoint('2001:db8::1', 53), { host: '2001:db8::1', port: 53 });
  for (const wrong of [
    '',
    'host',
    ':25',
    'host:0',
    'host:65536',
    'ho st:1',
    '[host]:1',
    'http://a:1',
    '-a:1',
    '10.0.0.300:1',
    '::1',
    'a:1:2',
  ])
    assert.equal(parseEndpoint(wrong), undefined, wrong);
  assert.equal(endpointInWords({ host: '::1', port: 53 }, 53), '::1');
  assert.equal(endpointInWords({ host: '::1', port: 54 }, 53), '[::1]:54');
});

test('a host name is never an option of a program', () => {
  for (const fine of ['a', 'example.net.', 'xn--mller-kva.de', 'müller.de', '_dmarc.example.net', '10.0.0.1', '::1'])
    assert.ok(isHost(fine), fine);
  for (const wrong of ['-f', '--help', 'a b', 'a..b', '', `${'a'.repeat(64)}.net`, 'a/b', '1.2.3', 'a-.net', 'a$(b)'])
    assert.ok(!isHost(wrong), wrong);
});
