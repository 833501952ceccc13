/** What random rules on a real kernel have shown (test/integration/firewall/run-random.ts), one by one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../../exporters/docker-firewall/evaluate.ts';
import type { From, PortVerdict } from '../../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../../exporters/docker-firewall/snapshot.ts';
import { healthyWorld, WEB, type Web, withRule, withRules } from './world.ts';

const DNS: Web = { ...WEB, ports: [{ host: 53, inside: 53, proto: 'udp' }] };
const OTHER: Web = { name: 'other', network: 'bridge', ip: '172.17.0.3', ports: [{ host: 9090, inside: 80 }] };

/** A table that Docker does not write to, with its rules. */
function withTable(snapshot: Snapshot, table: string, ...rules: readonly string[]): Snapshot {
  const lines = rules.map((rule) => `[0:0] ${rule}`);
  const chains = ['PREROUTING', 'OUTPUT'].map((chain) => `:${chain} ACCEPT [0:0]`);
  return withRules(snapshot, (text) => [`*${table}`, ...chains, ...lines, 'COMMIT', text].join('\n'));
}

interface NativeChain {
  readonly family?: string;
  readonly hook: string;
  readonly prio?: number;
  readonly type?: string;
  readonly dev?: string | readonly string[];
  readonly rules: readonly (readonly unknown[])[];
}

/** Native tables, one for each chain. */
function withNative(snapshot: Snapshot, ...chains: readonly NativeChain[]): Snapshot {
  const nftables = chains.flatMap(({ family = 'ip', rules, prio = 0, type = 'filter', ...hooked }, at) => {
    const place = { family, table: `t${at}` };
    const chain = { ...place, name: 'c', prio, type, policy: 'accept', ...hooked };
    return [{ chain }, ...rules.map((expr) => ({ rule: { ...place, chain: 'c', expr } }))];
  });
  return { ...snapshot, nft: { nftables } };
}

function withSysctl(snapshot: Snapshot, name: string, value: string): Snapshot {
  return { ...snapshot, sysctls: { ...snapshot.sysctls, [name]: value } };
}

const is = (left: unknown, right: unknown, op = '==') => ({ match: { op, left, right } });
const DPORT = { payload: { protocol: 'tcp', field: 'dport' } };
const MARK = { meta: { key: 'mark' } };
const DROP = { drop: null };

/** What is said of the first container's port from one place. */
function said(snapshot: Snapshot, from: From = 'outside') {
  const port = evaluate(snapshot).ports.find((one) => one.container === 'web' && one.from === from);
  return port ?? assert.fail(`nothing is said of web from ${from}`);
}

const healthy = healthyWorld();
const TO_LOOPBACK = withRule(
  healthy,
  'nat',
  '-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 127.0.0.1:8080',
);
const UNTRACKED = withTable(healthy, 'raw', '-A PREROUTING -i eth0 -j NOTRACK');
const TWO = healthyWorld({ webs: [WEB, OTHER] });

const TRUTHS: readonly (readonly [string, Snapshot, PortVerdict, RegExp])[] = [
  [
    'what follows the first packet is a packet too',
    withRule(healthy, 'filter', '-A FORWARD -i eth0 -m conntrack --ctstate ESTABLISHED -j DROP'),
    'blocked',
    /later packets of connections to docker0/,
  ],
  [
    'data is neither a SYN nor its answer',
    withRule(healthy, 'filter', '-A FORWARD -i eth0 -p tcp -m tcp --tcp-flags PSH PSH -j DROP'),
    'blocked',
    /later packets/,
  ],
  ['the kernel takes nothing from elsewhere for 127.0.0.1', TO_LOOPBACK, 'blocked', /route_localnet/],
  [
    'but where it is told to',
    withSysctl(TO_LOOPBACK, 'net.ipv4.conf.eth0.route_localnet', '1'),
    'reachable',
    /docker-proxy/,
  ],
  [
    'a mark of a connection holds for nothing that has no connection, nor does its opposite',
    withRule(UNTRACKED, 'filter', '-A INPUT -i eth0 -m connmark ! --mark 0x63 -j DROP'),
    'reachable',
    /docker-proxy/,
  ],
  [
    'nor what else is asked of a connection',
    withRule(UNTRACKED, 'filter', '-A INPUT -i eth0 -m conntrack ! --ctorigdstport 99 -j DROP'),
    'reachable',
    /docker-proxy/,
  ],
  [
    'the answer to a SYN that conntrack has not seen is invalid',
    withRule(UNTRACKED, 'filter', '-A OUTPUT -m conntrack --ctstate INVALID -j DROP'),
    'blocked',
    /the replies of this host/,
  ],
  [
    'of two chains at one priority the other may come first, also where it leads is not known',
    withNative(healthy, {
      hook: 'prerouting',
      prio: -100,
      type: 'nat',
      rules: [[is(DPORT, 8080), { dnat: { addr: { range: ['172.17.0.2', '172.17.0.3'] } } }]],
    }),
    'unknown',
    /somewhere/,
  ],
  [
    'no connection has the status NONE',
    withRule(healthy, 'filter', '-A FORWARD -m conntrack --ctstatus NONE -j DROP'),
    'reachable',
    /DNAT/,
  ],
  [
    "docker-proxy on another's port leads to the other",
    withRule(TWO, 'nat', '-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 9090'),
    'blocked',
    /not published for it/,
  ],
  [
    'of a range of ports the one asked for is kept when it lies within',
    withRule(healthy, 'nat', '-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 8070-8090'),
    'reachable',
    /docker-proxy/,
  ],
  [
    'and else it may be any',
    withRule(healthy, 'nat', '-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 9000-9090'),
    'unknown',
    /somewhere/,
  ],
  [
    'a container does not answer to a neighbour who is not there by way of this host',
    withRule(healthy, 'nat', '-A POSTROUTING -o docker0 -j SNAT --to-source 172.17.0.77'),
    'blocked',
    /172\.17\.0\.77/,
  ],
  [
    'and with one who is there it may',
    withRule(TWO, 'nat', '-A POSTROUTING -o docker0 -j SNAT --to-source 172.17.0.3'),
    'unknown',
    /neighbour 172\.17\.0\.3/,
  ],
  [
    'a connection of which one direction is in a zone of its own may have no answers',
    withTable(healthy, 'raw', '-A PREROUTING -i eth0 -j CT --zone 5'),
    'unknown',
    /CT --zone/,
  ],
  [
    'what is passed on has no owner',
    withTable(healthy, 'mangle', '-A POSTROUTING -m owner --uid-owner 0 -j DROP'),
    'reachable',
    /DNAT/,
  ],
  [
    'a newcomer is within limits that nobody comes near, and noted in passing',
    withRules(healthy, (text) =>
      text.replace(
        '[0:0] -A FORWARD ',
        [
          '[0:0] -A FORWARD -p tcp -m hashlimit --hashlimit-above 500/sec --hashlimit-burst 90 --hashlimit-mode srcip --hashlimit-name h -j DROP',
          '[0:0] -A FORWARD -p tcp -m connlimit --connlimit-above 100 --connlimit-mask 32 --connlimit-saddr -j REJECT',
          '[0:0] -A FORWARD -m recent --set --name y --mask 255.255.255.255 --rsource',
          '[0:0] -A FORWARD -m recent ! --set --name z --mask 255.255.255.255 --rsource -j DROP',
          '[0:0] -A FORWARD ',
        ].join('\n'),
      ),
    ),
    'reachable',
    /DNAT/,
  ],
  [
    'a translation that changes nothing settles it as well, and Docker is not asked any more',
    withNative(healthy, {
      hook: 'prerouting',
      type: 'nat',
      prio: -110,
      rules: [[is(DPORT, 8080), { redirect: { port: 8080 } }]],
    }),
    'reachable',
    /docker-proxy/,
  ],
  [
    'of chains at one priority any may come first: what one marks the other may drop',
    withNative(
      healthy,
      { hook: 'forward', prio: 5, rules: [[is(DPORT, 80), { mangle: { key: MARK, value: 7 } }]] },
      { hook: 'forward', prio: 5, rules: [[is(MARK, 7), DROP]] },
    ),
    'unknown',
    /one priority/,
  ],
  [
    'a header that is changed without conntrack may lead anywhere',
    withNative(healthy, {
      hook: 'prerouting',
      prio: -300,
      rules: [[{ mangle: { key: { payload: { protocol: 'ip', field: 'ttl' } }, value: 1 } }]],
    }),
    'unknown',
    /ip ttl set/,
  ],
  [
    'flags that must not be there',
    withNative(healthy, {
      hook: 'forward',
      rules: [[is({ payload: { protocol: 'tcp', field: 'flags' } }, 'syn', '!'), DROP]],
    }),
    'blocked',
    /later packets/,
  ],
  [
    'a rule with a value that the packet has not ends there',
    withNative(healthy, {
      hook: 'prerouting',
      prio: -300,
      rules: [[{ mangle: { key: MARK, value: { ct: { key: 'mark' } } } }, DROP]],
    }),
    'reachable',
    /DNAT/,
  ],
  [
    'a map that holds nothing for the packet leaves it alone',
    withNative(healthy, {
      hook: 'prerouting',
      type: 'nat',
      prio: -110,
      rules: [[{ dnat: { addr: { map: { key: DPORT, data: { set: [[9999, '172.17.0.9']] } } } } }]],
    }),
    'reachable',
    /A DNAT rule/,
  ],
  [
    'what leaves by an interface is dropped there, after all else',
    withNative(healthy, { family: 'netdev', hook: 'egress', dev: 'eth0', rules: [[DROP]] }),
    'blocked',
    /native netdev/,
  ],
  [
    "a container's own port of the bridge comes before the bridge",
    withNative(healthy, { family: 'netdev', hook: 'ingress', dev: ['vethweb'], rules: [[DROP]] }),
    'blocked',
    /native netdev/,
  ],
  [
    'a chain for an interface that nft did not print may be for this one',
    withNative(healthy, { family: 'netdev', hook: 'ingress', rules: [[DROP]] }),
    'unknown',
    /did not print/,
  ],
  [
    'a frame that leaves does not know where the packet came from',
    withNative(healthy, {
      family: 'bridge',
      hook: 'output',
      rules: [[is({ meta: { key: 'iifname' } }, 'eth0'), DROP]],
    }),
    'reachable',
    /DNAT/,
  ],
];

for (const [name, snapshot, verdict, why] of TRUTHS)
  test(name, () => {
    const port = said(snapshot);
    assert.equal(port.verdict, verdict, port.why);
    assert.match(`${port.why} ${port.rule}`, why);
  });

test('the address that docker-proxy answers UDP from is the one of the way back', () => {
  const dns = healthyWorld({ webs: [DNS] });
  assert.equal(said(dns, 'host').verdict, 'reachable');
  const elsewhere = withRule(dns, 'nat', '-A POSTROUTING -o lo -p udp -j SNAT --to-source 172.17.0.1');
  assert.equal(said(elsewhere, 'host').verdict, 'unknown');
  assert.match(said(elsewhere, 'host').why, /docker-proxy answers 172\.17\.0\.1/);
});

test('what comes round by the loopback interface belongs to its connection already', () => {
  const dropped = withRule(healthy, 'filter', '-A INPUT -i lo -m conntrack --ctstatus CONFIRMED -j DROP');
  assert.equal(said(dropped, 'host').verdict, 'blocked');
  assert.equal(said(withTable(healthy, 'raw', '-A PREROUTING -i lo -j NOTRACK'), 'host').verdict, 'reachable');
});

test('a container that a rule names does not speak for its network', () => {
  const asked = healthyWorld({
    webs: [
      WEB,
      { ...OTHER, network: 'backend', ip: '172.18.0.2' },
      { ...OTHER, name: 'third', network: 'backend', ip: '172.18.0.3' },
    ],
  });
  const dropped = withRule(asked, 'filter', '-A INPUT -s 172.18.0.3/32 -j DROP');
  assert.equal(said(asked, 'bridge:backend').verdict, 'reachable');
  assert.match(said(dropped, 'bridge:backend').why, /172\.18\.0\.2 would reach it, 172\.18\.0\.3 would not/);
});

test('a neighbour whose replies a rule names does not speak for just anyone', () => {
  const dropped = withRule(healthy, 'filter', '-A FORWARD -s 172.17.0.2/32 -d 192.0.2.77/32 -j DROP');
  assert.match(said(dropped).why, /192\.0\.2\.253, 185\.88\.181\.77 would reach it, 192\.0\.2\.77 would not/);
});

test('a rule for any interface is also for none, and a limit to the interface of one that has none is none', () => {
  const dropped = (match: string) => said(withRule(healthy, 'filter', `-A OUTPUT ${match} -j DROP`), 'host').verdict;
  assert.equal(dropped('-i + -p tcp'), 'blocked');
  assert.equal(dropped('-i eth+ -p tcp'), 'reachable');
  assert.equal(dropped('-m addrtype --dst-type LOCAL --limit-iface-in'), 'blocked');
});
