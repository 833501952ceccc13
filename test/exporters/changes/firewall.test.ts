import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readlink, symlink } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { firewallSource } from '../../../exporters/changes/firewall/firewall.ts';
import { differenceInLines, ruleLines } from '../../../exporters/changes/firewall/rule-lines.ts';
import { until } from '../../integration/until.ts';
import { requireProgram } from '../../require-program.ts';
import { looking, machineFor } from './machine.ts';

const run = promisify(execFile);

/** A network namespace of its own, with the real programs in it; `iptables` is what `backend` says. */
async function namespaceFor(t: TestContext, toldElsewhere?: () => boolean | undefined) {
  const needed = ['nft', 'iptables-nft', 'iptables-legacy', 'unshare', 'nsenter'];
  if (process.getuid?.() !== 0) return void t.skip('needs root');
  if (needed.some((program) => requireProgram(program, t) === undefined)) return undefined;
  const sleeper = spawn('unshare', ['--net', 'sleep', '3600'], { stdio: 'ignore' });
  t.after(async () => {
    sleeper.kill('SIGKILL');
    await once(sleeper, 'exit');
  });
  const own = await readlink('/proc/self/ns/net');
  await until(async () => (await readlink(`/proc/${sleeper.pid}/ns/net`).catch(() => own)) !== own);
  const machine = await machineFor(t);
  const enter = (program: string) => `#!/bin/sh\nexec nsenter --net=/proc/${sleeper.pid}/ns/net ${program} "$@"\n`;
  const put = async (name: string, program: string) => {
    await machine.write(`bin/${name}`, enter(program));
    await chmod(machine.at(`bin/${name}`), 0o755);
  };
  for (const name of ['nft', 'iptables-legacy-save', 'ip6tables-legacy-save']) await put(name, name);
  await mkdir(machine.at('proc/self'), { recursive: true });
  await symlink(`/proc/${sleeper.pid}/net`, machine.at('proc/self/net'));
  const backend = async (name: 'nft' | 'legacy') => {
    await put('iptables', `iptables-${name}`);
    await put('ip6tables', `ip6tables-${name}`);
  };
  await backend('legacy');
  const at = `--net=/proc/${sleeper.pid}/ns/net`;
  const inside = (...command: string[]) => run('nsenter', [at, ...command]);
  const source = firewallSource({ root: machine.root, path: machine.at('bin') }, toldElsewhere);
  return { inside, backend, ...looking(source, { now: () => 1_000 }) };
}

test('the drift of an unattended refresh: iptables moves to its other backend, and a policy stays in the first', async (t) => {
  const host = await namespaceFor(t);
  if (host === undefined) return;
  const { inside, backend, look } = host;
  assert.deepEqual(await look(), []);
  await inside('iptables-legacy', '-P', 'FORWARD', 'DROP');
  const [policy, ...others] = await look();
  assert.deepEqual(others, []);
  assert.equal(policy?.what, 'rule set');
  assert.match(policy?.detail ?? '', /^\+ :FORWARD DROP$/m);
  assert.deepEqual(await look(), []);

  await backend('nft');
  await inside('iptables-nft', '-A', 'FORWARD', '-i', 'docker0', '-j', 'ACCEPT');
  const drift = await look();
  assert.deepEqual(
    drift.map(({ kind, what, from, to }) => [kind, what, from, to]),
    [
      ['firewall', 'iptables backend', 'legacy', 'nf_tables'],
      ['firewall', 'ip6tables backend', 'legacy', 'nf_tables'],
      ['firewall', 'rule set', policy?.to, drift[2]?.to],
    ],
  );
  assert.match(drift[2]?.detail ?? '', /^\+ iifname "docker0" .*accept$/m);
});

test('counters, a ban, and a container that starts are no change of the rules', async (t) => {
  const host = await namespaceFor(t);
  if (host === undefined) return;
  const { inside, look } = host;
  const legacy = (...args: string[]) => inside('iptables-legacy', ...args);
  await inside('ip', 'link', 'set', 'lo', 'up');
  await legacy('-A', 'INPUT', '-i', 'lo', '-j', 'ACCEPT');
  for (const chain of ['DOCKER', 'f2b-sshd']) await legacy('-N', chain);
  await inside('nft', 'add table inet f2b; add set inet f2b banned { type ipv4_addr; }');
  await look();
  await inside('ping', '-c', '1', '127.0.0.1').catch(() => {});
  await legacy('-A', 'DOCKER', '-d', '172.17.0.2/32', '-p', 'tcp', '--dport', '80', '-j', 'ACCEPT');
  await legacy('-A', 'f2b-sshd', '-s', '192.0.2.7/32', '-j', 'REJECT');
  await inside('nft', 'add element inet f2b banned { 192.0.2.9, 192.0.2.10 }');
  assert.deepEqual(await look(), []);
  await legacy('-A', 'INPUT', '-p', 'tcp', '--dport', '25', '-j', 'DROP');
  assert.match((await look())[0]?.detail ?? '', /^\+ -A INPUT -p tcp -m tcp --dport 25 -j DROP$/m);
});

test('rules that another program reads, or that it cannot read for once, are not other rules; too many are not compared line by line', async (t) => {
  const machine = await machineFor(t);
  const program = async (name: string, text: string) => {
    await machine.write(`bin/${name}`, `#!/bin/sh\n${text}\n`);
    await chmod(machine.at(`bin/${name}`), 0o755);
  };
  const nft = (count: number) =>
    program('nft', `i=0; while [ $i -lt ${count} ]; do i=$((i + 1)); echo "rule $i"; done`);
  const { look } = looking(firewallSource({ root: machine.root, path: `${machine.at('bin')}:/bin` }), { now: () => 0 });
  await program('iptables-nft-save', 'echo "-A INPUT -j ACCEPT"');
  assert.deepEqual(await look(), []);
  await nft(1);
  assert.deepEqual(await look(), [], 'nft has come');
  await machine.write('proc/self/net/ip_tables_names', 'filter\n');
  await program('iptables-legacy-save', 'echo "-A OUTPUT -j DROP"');
  await program('nft', 'exit 1');
  assert.deepEqual(await look(), []);
  await nft(2);
  assert.deepEqual(
    (await look()).map(({ detail }) => detail),
    ['+ rule 2\n+ -A OUTPUT -j DROP'],
  );
  await nft(2_001);
  assert.deepEqual(
    (await look()).map(({ detail }) => detail),
    ['more than 2000 lines are not compared one by one'],
  );
  await nft(2);
  assert.deepEqual(
    (await look()).map(({ detail }) => detail),
    ['more than 2000 lines are not compared one by one'],
  );
});

test('without a firewall there is nothing to see', async (t) => {
  const machine = await machineFor(t);
  const { look } = looking(firewallSource({ root: machine.root, path: machine.at('bin') }), { now: () => 0 });
  assert.deepEqual(await look(), []);
});

test('a program that hangs or complains is said', async (t) => {
  const machine = await machineFor(t, { 'bin/iptables': '#!/bin/sh\necho "no such device" >&2\nexit 3\n' });
  await chmod(machine.at('bin/iptables'), 0o755);
  const { look } = looking(firewallSource({ root: machine.root, path: machine.at('bin') }), { now: () => 0 });
  await assert.rejects(look(), /bin\/iptables --version ended with exit code 3: no such device$/);
  await machine.write('bin/iptables', '#!/bin/sh\nexec sleep 60\n');
  await assert.rejects(look({ signal: AbortSignal.timeout(300) }), /iptables/);
});

test('nft rules in the chains of what changes all the time are left out, and what sets hold', () => {
  const text = `table ip filter { # handle 3
	chain FORWARD { # handle 1
		type filter hook forward priority filter; policy drop;
		counter packets 5 bytes 300 jump DOCKER-USER # handle 7
	}
	chain DOCKER {
		ip daddr 172.17.0.2 tcp dport 80 counter packets 1 bytes 60 accept
	}
	chain DOCKER-USER {
		ip saddr 10.0.0.0/8 accept
	}
	chain POSTROUTING {
		ip saddr 172.17.0.2 ip daddr 172.17.0.2 tcp dport 80 masquerade
	}
	set banned {
		type ipv4_addr
		elements = { 192.0.2.1,
			     192.0.2.2 }
	}
}
`;
  assert.deepEqual(ruleLines(text), [
    'table ip filter {',
    'chain FORWARD {',
    'type filter hook forward priority filter; policy drop;',
    'counter jump DOCKER-USER',
    '}',
    'chain DOCKER {',
    '}',
    'chain DOCKER-USER {',
    'ip saddr 10.0.0.0/8 accept',
    '}',
    'chain POSTROUTING {',
    '}',
    'set banned {',
    'type ipv4_addr',
    '}',
    '}',
  ]);
  assert.deepEqual(differenceInLines(['a', 'a', 'b'], ['b', 'a', 'c'], 1), ['- a', '… and 1 lines more']);
  assert.deepEqual(differenceInLines(['a', 'b'], ['b', 'a'], 9), ['the same rules in another order']);
});

test('rules that another exporter tells of are left to it, and while that is not known nothing is lost', async (t) => {
  let isTold: boolean | undefined;
  const host = await namespaceFor(t, () => isTold);
  if (host === undefined) return;
  const { inside, look } = host;
  const told = async () => (await look()).map(({ detail }) => detail);
  const drop = (port: string) => inside('iptables-legacy', '-A', 'INPUT', '-p', 'tcp', '--dport', port, '-j', 'DROP');
  await drop('1');
  assert.deepEqual(await told(), []);
  await drop('2');
  assert.deepEqual(await told(), [], 'not known yet');
  isTold = false;
  assert.deepEqual(await told(), ['+ -A INPUT -p tcp -m tcp --dport 2 -j DROP']);
  isTold = true;
  await drop('3');
  assert.deepEqual(await told(), []);
  isTold = false;
  await drop('4');
  assert.deepEqual(
    await told(),
    ['+ -A INPUT -p tcp -m tcp --dport 4 -j DROP'],
    'what the other told is not told again',
  );
});
