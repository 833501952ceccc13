import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { packagesSource } from '../../../exporters/changes/packages/packages.ts';
import { groupChanges } from '../../../model/change-groups.ts';
import { groupInWords } from '../../../model/change-words.ts';
import { aptMachine } from './apt-machine.ts';
import { looking } from './machine.ts';

const OLD = ['bad', 'curl', 'held', 'libold', 'lost', 'openssl'].map((name) => ({
  name,
  version: '1',
  ...(name === 'curl' && { depends: 'libold' }),
}));

/** A machine on which unattended-upgrades has work to do; `look` answers what is new, in detail and as people read it. */
async function machineIn(t: TestContext) {
  const machine = await aptMachine(t);
  if (machine === undefined) return undefined;
  const { look, troubles } = looking(packagesSource(machine), { now: Date.now });
  await machine.install(...OLD);
  await machine.inside('apt-mark', 'auto', 'libold');
  assert.equal((await look()).length, OLD.length);
  return {
    ...machine,
    troubles,
    async look() {
      const changes = await look();
      const details = changes.map(({ what, from = '-', to = '-', detail = '' }) => `${what} ${from} ${to}: ${detail}`);
      const groups = groupChanges(changes.toReversed());
      return {
        details: details.toSorted(),
        words: groups.map(groupInWords).map(({ what, became }) => `${what}: ${became}`),
      };
    },
  };
}

const BY = 'unattended-upgrade --verbose';
const FAILED = 'it failed: Sub-process /usr/bin/dpkg returned an error code (1)';

test('a real unattended-upgrade is one line: what it upgraded and what was no longer needed, nothing of what it kept back', async (t) => {
  const machine = await machineIn(t);
  if (machine === undefined) return;
  await machine.offer(
    { name: 'openssl', version: '2' },
    { name: 'curl', version: '2' },
    { name: 'held', version: '2', depends: 'not-there' },
  );
  const said = await machine.upgrade();
  assert.match(said, /^All upgrades installed$/m);
  assert.match(said, /^Package held is kept back/m);
  const { details, words } = await machine.look();
  assert.deepEqual(details, [`curl 1 2: ${BY}`, `libold 1 -: ${BY}`, `openssl 1 2: ${BY}`]);
  assert.deepEqual(words, ['unattended-upgrade: 3 packages: openssl 1 → 2, libold gone, was 1, curl 1 → 2']);
  assert.deepEqual((await machine.look()).details, [], 'once, though three logs tell of it');

  await machine.rotate(
    'var/log/dpkg.log',
    'var/log/apt/history.log',
    'var/log/unattended-upgrades/unattended-upgrades.log',
  );
  await machine.offer({ name: 'openssl', version: '3' });
  await machine.upgrade();
  assert.deepEqual((await machine.look()).details, [`openssl 2 3: ${BY}`], 'and after the logs were rotated');
  assert.deepEqual(machine.troubles, []);
});

test('a real unattended-upgrade that is killed at one package, and one that fails at another', async (t) => {
  const machine = await machineIn(t);
  if (machine === undefined) return;
  // Once: dpkg, apt above it and unattended-upgrade, as when the power goes.
  const dies = `[ -e /var/lib/died ] && exit
touch /var/lib/died
read -r _ _ _ apt _ </proc/$PPID/stat
kill -9 $(cat /run/unattended-upgrades.pid) $apt $PPID`;
  await machine.offer({ name: 'lost', version: '2', postinst: dies });
  await machine.upgrade();
  assert.doesNotMatch(await readFile(machine.at('var/log/apt/history.log'), 'utf8'), /End-Date/);
  assert.deepEqual((await machine.look()).details, [`lost 1 2: ${BY}`]);
  assert.match(await machine.upgrade(), /^Lock could not be acquired/m, 'it waits for somebody to mend it');
  await machine.inside('dpkg', '--configure', '-a');
  assert.deepEqual((await machine.look()).details, []);

  await machine.offer(
    { name: 'openssl', version: '2' },
    { name: 'bad', version: '2', depends: 'openssl (>= 2)', postinst: 'exit 1' },
  );
  assert.match(await machine.upgrade(), /^Installing the upgrades failed!$/m);
  assert.match(await readFile(machine.at('var/lib/dpkg/status'), 'utf8'), /^Status: install ok half-configured$/m);
  const { details, words } = await machine.look();
  // By chance it has dpkg do the two in one step, or in two within the same second.
  const inOne = /^Upgrade: .*\), /m.test(await readFile(machine.at('var/log/apt/history.log'), 'utf8'));
  assert.deepEqual(details, [`bad 1 2: ${BY}\n${FAILED}`, `openssl 1 2: ${BY}${inOne ? `\n${FAILED}` : ''}`]);
  const end = inOne ? 'the run failed' : 'the step with bad failed';
  assert.equal(words[0], `unattended-upgrade: 2 packages: openssl 1 → 2, bad 1 → 2; ${end}`);
  assert.deepEqual(machine.troubles, []);
});
