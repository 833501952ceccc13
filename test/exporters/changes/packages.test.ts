import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { packagesSource } from '../../../exporters/changes/packages/packages.ts';
import type { Change } from '../../../model/change.ts';
import { FakeClock } from '../../fake-clock.ts';
import { looking, machineFor } from './machine.ts';

const NOW = Date.UTC(2026, 10, 21, 6);

/** Real lines: apt 2.6 and dpkg 1.21, as Debian 12 writes them, in a zone an hour east. */
const DPKG_LOG = `2026-11-21 05:20:40 startup archives unpack
2026-11-21 05:20:41 upgrade docker-ce:amd64 5:27.1.1-1 5:28.0.0-1
2026-11-21 05:20:41 status half-installed docker-ce:amd64 5:27.1.1-1
2026-11-21 05:20:41 status unpacked docker-ce:amd64 5:28.0.0-1
2026-11-21 05:20:42 install iptables:amd64 <none> 1.8.9-2
2026-11-21 05:20:43 upgrade libc6:i386 2.36-9 2.36-10
2026-11-21 05:20:44 configure docker-ce:amd64 5:28.0.0-1 <none>
2026-11-21 05:20:44 conffile /etc/docker/daemon.json keep
2026-11-21 05:21:00 startup packages remove
2026-11-21 05:21:01 remove ntp:all 1:4.2 <none>
2026-11-21 05:21:02 purge ntp:all 1:4.2 <none>
2026-11-21 05:21:02 trigproc man-db:amd64 2.11.2-2 <none>
`;
const APT_HISTORY = `
Start-Date: 2026-11-21  05:20:40
Commandline: /usr/bin/apt-get -o Acquire::http::Proxy=http://ada:hunter2@proxy:3128 -y dist-upgrade
Requested-By: ada (1000)
Install: iptables:amd64 (1.8.9-2)
Upgrade: docker-ce:amd64 (5:27.1.1-1, 5:28.0.0-1), libc6:i386 (2.36-9, 2.36-10)
End-Date: 2026-11-21  05:20:44
`;

function sourceOn(machine: { root: string; path: string }) {
  return looking(packagesSource(machine), new FakeClock(NOW));
}

test('what dpkg did is told with its versions, and who had it done by apt, without a password', async (t) => {
  const machine = await machineFor(t, {
    'var/log/dpkg.log': DPKG_LOG,
    'var/log/apt/history.log': APT_HISTORY,
    'etc/timezone': 'Europe/Berlin',
  });
  const { look, troubles } = sourceOn(machine);
  const at = (text: string) => Date.parse(`2026-11-21T${text}+01:00`);
  const detail = 'apt-get -y dist-upgrade\nasked for by ada (1000)';
  assert.deepEqual(await look(), [
    { at: at('05:20:41'), kind: 'package', what: 'docker-ce', from: '5:27.1.1-1', to: '5:28.0.0-1', detail },
    { at: at('05:20:42'), kind: 'package', what: 'iptables', to: '1.8.9-2', detail },
    { at: at('05:20:43'), kind: 'package', what: 'libc6:i386', from: '2.36-9', to: '2.36-10', detail },
    { at: at('05:21:01'), kind: 'package', what: 'ntp', from: '1:4.2' },
  ]);
  assert.deepEqual(await look(), [], 'once');
  await appendFile(machine.at('var/log/dpkg.log'), '2026-11-21 05:40:00 upgrade vim:all 1 2\n');
  assert.deepEqual(await look(), [{ at: at('05:40:00'), kind: 'package', what: 'vim', from: '1', to: '2' }]);
  assert.deepEqual(troubles, []);
});

test('what apt said of a run that goes on is known for what dpkg does later in it', async (t) => {
  const machine = await machineFor(t, {
    'var/log/dpkg.log': '2026-11-21 05:00:00 startup archives unpack\n',
    'var/log/apt/history.log': '',
  });
  const { look } = sourceOn(machine);
  await look();
  await appendFile(
    machine.at('var/log/apt/history.log'),
    '\nStart-Date: 2026-11-21  05:20:40\nCommandline: apt install a\nInstall: a:amd64 (1)\n',
  );
  await look();
  await appendFile(machine.at('var/log/dpkg.log'), '2026-11-21 05:20:50 install a:all <none> 1\n');
  assert.equal((await look())[0]?.detail, 'apt install a');
  await appendFile(machine.at('var/log/apt/history.log'), 'End-Date: 2026-11-21  05:21:00\n');
  await look();
  await appendFile(
    machine.at('var/log/dpkg.log'),
    '2026-11-21 05:20:59 install b:all <none> 1\n2026-11-21 05:30:00 install c:all <none> 1\n',
  );
  assert.deepEqual(
    (await look()).map(({ what, detail }) => [what, detail]),
    [
      ['b', 'apt install a'],
      ['c', undefined],
    ],
  );
});

test('of two steps of unattended-upgrades within one second, only the one that failed is said to have failed', async (t) => {
  // apt 2.6, dpkg 1.21 and unattended-upgrades 2.9 wrote these; the lines that say how far dpkg was are left out.
  const step = (...lines: string[]) =>
    ['', 'Start-Date: 2026-11-21  05:09:44', 'Commandline: /usr/bin/unattended-upgrade', ...lines, ''].join('\n');
  const first = step('Upgrade: openssl:amd64 (3.0.15-1, 3.0.16-1)', 'End-Date: 2026-11-21  05:09:44');
  const failed = ['Error: Sub-process /usr/bin/dpkg returned an error code (1)', 'End-Date: 2026-11-21  05:09:45'];
  const machine = await machineFor(t, {
    'var/log/dpkg.log': '2026-11-21 05:09:44 startup archives unpack\n',
    'var/log/apt/history.log': first,
  });
  const { look, forget } = sourceOn(machine);
  const told = (changes: readonly Change[]) => changes.map(({ what, detail }) => [what, detail]);
  const openssl = ['openssl', 'unattended-upgrade'];
  const bad = ['bad', 'unattended-upgrade\nit failed: Sub-process /usr/bin/dpkg returned an error code (1)'];
  // The logs were read before dpkg's line of the first step came, which then is read with the second.
  assert.deepEqual(await look(), []);
  const lines = ['openssl:amd64 3.0.15-1 3.0.16-1', 'bad:all 1 2'].map((one) => `2026-11-21 05:09:44 upgrade ${one}\n`);
  await appendFile(machine.at('var/log/dpkg.log'), lines.join(''));
  await machine.write('var/log/apt/history.log', first + step('Upgrade: bad:amd64 (1, 2)', ...failed));
  assert.deepEqual(told(await look()), [openssl, bad]);
  forget();
  assert.deepEqual(told(await look()), [openssl, bad], 'in a backlog as well');
});

test('where dpkg keeps no log, apt is believed: installed, upgraded, downgraded, reinstalled, removed', async (t) => {
  const machine = await machineFor(t, {
    // apt 1.0 (Debian 8), apt 2.6 (Debian 12), apt 3.0 (Debian 13) and aptdaemon.
    'var/log/apt/history.log': `
Start-Date: 2026-11-20  01:00:00
Commandline: apt-get install nginx
Install: nginx:amd64 (1.6.2-5), nginx-common:amd64 (1.6.2-5, automatic)
End-Date: 2026-11-20  01:00:05

Start-Date: 2026-11-20  02:00:00
Commandline: aptdaemon role='role-commit-packages' sender=':1.77'
Upgrade: linux-image-amd64:amd64 (6.1.140-1, 6.1.187-1)
Downgrade: curl:amd64 (8, 7)
Reinstall: bash:amd64 (5.2)
End-Date: 2026-11-20  02:00:05

Start-Date: 2026-11-20  03:00:00
Commandline: apt purge ntp
Requested-By: operator (1001)
Purge: ntp:amd64 (4.2)
Remove: sntp:amd64 (4.2)
Error: Sub-process /usr/bin/dpkg returned an error code (1)
End-Date: 2026-11-20  03:00:05
`,
  });
  const changes = await sourceOn(machine).look();
  assert.deepEqual(
    changes.map(({ what, from = '-', to = '-' }) => `${what} ${from} ${to}`),
    [
      'nginx - 1.6.2-5',
      'nginx-common - 1.6.2-5',
      'linux-image-amd64 6.1.140-1 6.1.187-1',
      'curl 8 7',
      'bash 5.2 5.2',
      'ntp 4.2 -',
      'sntp 4.2 -',
    ],
  );
  assert.match(changes.at(-1)?.detail ?? '', /asked for by operator \(1001\)\nit failed: Sub-process/);
});

test('a backlog of rotated logs is read once, and reaches no further back than it may', async (t) => {
  const machine = await machineFor(t, {
    'var/log/dpkg.log': '2026-11-21 05:20:41 upgrade c:amd64 1 2\n',
    'var/log/dpkg.log.1': '2026-10-21 05:20:41 upgrade b:all 1 2\n2026-10-22 05:20:41 upgrade b2:all 1 2\n',
    'var/log/dpkg.log.2.gz': gzipSync('2026-09-21 05:20:41 upgrade a:all 1 2\n'),
    'var/log/dpkg.log.3.gz': gzipSync('2026-01-21 05:20:41 upgrade ancient:all 1 2\n'),
  });
  const { look, forget } = sourceOn(machine);
  const first = await look();
  assert.deepEqual(
    first.map(({ what }) => what),
    ['a', 'b', 'b2', 'c'],
  );
  assert.deepEqual(await look(), []);
  forget();
  assert.deepEqual(await look(), first, 'one that has lost its memory tells the same, which the ledger knows');
});
