import { HOST_ADDRESS, STRANGER_ADDRESS } from '../../docker-host/private-host.ts';

/** What random rules name: mostly what the packets of a world have, and a little that none has. */
export const DEVICES = ['up0', 'docker0', 'br-backend', 'lo', 'eth9'] as const;
export const PORTS = ['8080', '80', '5353', '53', '8082', '8081', '8083', '22'] as const;

export const SOURCES = {
  4: [
    ...[STRANGER_ADDRESS, '203.0.113.0/24', '172.17.0.2', '172.17.0.3', '172.18.0.2', '172.17.0.0/16', '172.16.0.0/12'],
    ...['172.18.0.1', '172.17.0.1', '198.51.100.0/24', '10.0.0.0/8', '127.0.0.1', '127.0.0.0/8', '0.0.0.0/0'],
  ],
  6: ['2001:db8:113::2', '2001:db8:113::/64', 'fd00:17::/64', 'fd00:18::/64', '::1', 'fe80::/10', '2001:db8:9::/48'],
} as const;

export const DESTINATIONS = {
  4: [
    ...[HOST_ADDRESS[4], '172.17.0.2', '172.17.0.3', '172.18.0.2', '172.17.0.0/16', '172.18.0.0/16', '172.17.0.1'],
    ...[STRANGER_ADDRESS, '127.0.0.1', '127.0.0.0/8', '203.0.113.0/24', '198.51.100.7', '0.0.0.0/0'],
  ],
  6: [HOST_ADDRESS[6], '2001:db8:113::2', 'fd00:17::/64', 'fd00:18::2', '::1', '2001:db8:9::1'],
} as const;
