import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedPorts } from '../../../exporters/docker-firewall/closed-ports.ts';
import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { healthyWorld, WEB, withRule } from './evaluate/world.ts';

const closedIn = (world: Snapshot, distrusted: readonly string[] = []) =>
  closedPorts(evaluate(world).ports, new Set(distrusted));

const dropped = (world: Snapshot) => withRule(world, 'filter', '-A DOCKER-USER -p tcp -m tcp --dport 80 -j DROP');

test('a port that strangers do not reach is told with the rule that stops them, one that they reach is not', () => {
  assert.deepEqual(closedIn(healthyWorld()), {});
  assert.deepEqual(closedIn(dropped(healthyWorld())), {
    'tcp 8080':
      'The firewall stops strangers at port 8080/tcp: the rule "-A DOCKER-USER -p tcp -m tcp --dport 80 -j DROP" in nft filter DOCKER-USER stops traffic to docker0.',
  });
});

test('what is bound to loopback is told as such', () => {
  const webs = [{ ...WEB, ports: [{ host: 8080, inside: 80, at: '127.0.0.1' }] }];
  assert.match(closedIn(healthyWorld({ webs }))['tcp 8080'] ?? '', /bound to the loopback address 127\.0\.0\.1/);
});

test('a port that is open at another address of its family, or that knocking found otherwise, is not told', () => {
  const webs = [
    {
      ...WEB,
      ports: [
        { host: 8080, inside: 80, at: '127.0.0.1' },
        { host: 8080, inside: 80, at: '192.0.2.10' },
      ],
    },
  ];
  assert.deepEqual(closedIn(healthyWorld({ webs })), {});
  assert.deepEqual(closedIn(dropped(healthyWorld()), ['web 0.0.0.0 8080/tcp']), {});
});
