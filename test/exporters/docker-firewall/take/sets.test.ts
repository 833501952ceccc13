import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setIn } from '../../../../exporters/docker-firewall/take/sets.ts';
import { aMachine } from '../../../collector/vantage/outside/machine.ts';
import { requireProgram } from '../../../require-program.ts';

const PATH = new URL('../../../../exporters/docker-firewall/take/sets.ts', import.meta.url).href;

/** What is taken for these rules, and what is missed. */
const scriptFor = (rules: string) => `const { takeSets } = await import(${JSON.stringify(PATH)});
  const missed = [];
  const signal = AbortSignal.timeout(20_000);
  const sets = await takeSets({ nft4: ${JSON.stringify(rules)} }, ['192.0.2.1/24'], signal, (part, why) => missed.push(part + ': ' + why));
  console.log(JSON.stringify({ sets, missed }));`;

const RULES = `*filter
[0:0] -A INPUT -m set --match-set of all src -m set ! --match-set doors dst,dst --return-nomatch -j DROP
[0:0] -A INPUT -m set --match-set doors dst,dst -m comment --comment "no --match-set other src" -j SET --add-set gone src --exist
COMMIT
`;

interface Taken {
  readonly sets: readonly {
    readonly name: string;
    readonly entries: string;
    readonly about?: readonly string[];
    readonly left?: number;
  }[];
  readonly missed: readonly string[];
}

test('the sets that rules ask for are taken, and those listed in them, and no other', async (t) => {
  if (requireProgram('ipset', t) === undefined || process.getuid?.() !== 0) return;
  const machine = await aMachine(t);
  await machine.run(
    'sh',
    '-e',
    '-c',
    `ipset create one hash:ip comment timeout 0; ipset add one 192.0.2.7 comment "a secret nomatch"
    ipset create two hash:net maxelem 100000; ipset add two 192.0.2.128/25; ipset add two 192.0.2.130 nomatch
    seq 0 65999 | awk '{ printf "add two 11.%d.%d.%d\\n", $1 / 65536, ($1 / 256) % 256, $1 % 256 }' | ipset restore
    ipset create 'of all' list:set; ipset add 'of all' one; ipset add 'of all' two
    ipset create doors hash:ip,port; ipset add doors 192.0.2.1,80
    ipset create other hash:ip; ipset add other 192.0.2.9`,
  );
  const take = async (...before: string[]) =>
    JSON.parse(await machine.run(...before, process.execPath, '--input-type=module', '-e', scriptFor(RULES))) as Taken;
  const { sets, missed } = await take();
  assert.deepEqual(sets.map(({ name }) => name).toSorted(), ['doors', 'of all', 'one', 'two']);
  const [doors, one, two] = ['doors', 'one', 'two'].map((name) => sets.find((set) => set.name === name));
  assert.equal(doors?.entries, '192.0.2.1,tcp:80');
  assert.equal(one?.entries, '192.0.2.7 timeout 0');
  assert.deepEqual(two?.entries.split('\n').toSorted(), ['192.0.2.128/25', '192.0.2.130 nomatch']);
  assert.equal(two?.left, 66_000);
  assert.deepEqual(missed, [
    'sets: ipset save gone ended with exit code 1: ipset v7.17: The set with the given name does not exist; rules ask for of all, doors, gone, one, two',
  ]);
  const hidden = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /usr/sbin && PATH=/bin exec "$@"', 'sh'];
  assert.deepEqual(await take(...hidden), {
    sets: [],
    missed: ['sets: ipset is not installed; rules ask for of all, doors, gone'],
  });
});

test('a comment that looks like an entry is only a comment', () => {
  const printed =
    'create a hash:ip family inet comment\nadd a 192.0.2.1 timeout 7 comment "add a 1.2.3.4 packets 1 bytes 2 nomatch"\n';
  assert.equal(setIn(printed, 'a').entries, '192.0.2.1 timeout 7');
});
