import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandV6, isDomainName, questionName } from '../../../../collector/probes/dns/domain-name.ts';
import { settings } from '../../../../collector/probes/dns/spec.ts';
import { mistakes } from '../run-probe.ts';

test('settings of a DNS check that contradict each other are told', () => {
  const wrong = (written: Record<string, unknown>) => mistakes(settings, { name: 'example.net', ...written });
  assert.deepEqual(wrong({ type: 'SOA', servers: ['10.0.0.53', '[::1]:5353'], same_serial: true }), []);
  assert.match(
    wrong({ expect: { contains: '192.0.2.1', rcode: 'NXDOMAIN' } })[0] ?? '',
    /^expect\.rcode: NOERROR among/,
  );
  assert.match(wrong({ expect: { contains: 'a', equals: 'b' } })[0] ?? '', /^expect\.contains: either/);
  assert.match(
    wrong({ type: 'A', servers: ['10.0.0.1', '10.0.0.2'], same_serial: true })[0] ?? '',
    /^same_serial: type SOA/,
  );
  assert.match(wrong({ type: 'SOA', same_serial: true })[0] ?? '', /^same_serial: two servers/);
  assert.match(wrong({ name: '192.0.2.1' })[0] ?? '', /^name: a domain name/);
  assert.match(wrong({ name: 'a..b' })[0] ?? '', /^name: a domain name such as/);
  assert.match(wrong({ servers: 'http://x' })[0] ?? '', /^servers: /);
  assert.match(wrong({ expect: { matches: '(' } })[0] ?? '', /^expect\.matches: a regular expression/);
  assert.equal(wrong({ server: 'x' }).length, 1);
});

test('names travel as DNS wants them', () => {
  assert.equal(questionName('192.0.2.1', 'PTR'), '1.2.0.192.in-addr.arpa');
  assert.equal(questionName('2001:db8::1', 'PTR'), `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`);
  assert.equal(questionName('müller.example.', 'A'), 'xn--mller-kva.example');
  assert.equal(questionName('.', 'NS'), '.');
  assert.equal(expandV6('::ffff:192.0.2.1'), '0000:0000:0000:0000:0000:ffff:c000:0201');
  assert.ok(isDomainName('*.example.net') && isDomainName('_dmarc.example.net') && isDomainName('.'));
  assert.ok(!isDomainName('a b') && !isDomainName('') && !isDomainName(`${'x'.repeat(64)}.net`));
});
