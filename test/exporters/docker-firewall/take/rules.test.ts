import assert from 'node:assert/strict';
import { test } from 'node:test';
import { devicesIn } from '../../../../exporters/docker-firewall/take/rules.ts';

test('the interfaces of chains are read from what nft 1.0.6 prints', () => {
  const printed = `table netdev edge {
	chain one {
		type filter hook ingress device "eth0" priority filter; policy accept;
	}
	chain several {
		type filter hook egress devices = { eth0, veth1@x } priority filter; policy drop;
	}
	chain own {
	}
}
table inet filter {
	chain one {
		type filter hook ingress device "br-lan" priority filter; policy accept;
	}
	chain input {
		type filter hook input priority filter; policy accept;
	}
}
`;
  assert.deepEqual(
    [...devicesIn(printed)],
    [
      ['netdev edge one', ['eth0']],
      ['netdev edge several', ['eth0', 'veth1@x']],
      ['inet filter one', ['br-lan']],
    ],
  );
});
