import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { requireProgram } from '../../require-program.ts';
import { machineFor } from './machine.ts';

const run = promisify(execFile);

/** A package without anything in it. `postinst` is what its script does once it is unpacked. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  readonly postinst?: string;
}

/** The private folders over those of this machine, and then a program: apt and dpkg have these paths built in. */
const INSIDE = `
set -e
mount -t tmpfs tmpfs /run
for one in etc/apt var/lib var/log var/cache; do mount --bind "$0/$one" "/$one"; done
exec "$@"
`;

const ORIGIN = { Origin: 'Debian', Label: 'Debian-Security', Suite: 'stable-security', Codename: 'test-security' };
const CONFIG = `
APT::Sandbox::User "root";
Unattended-Upgrade::Origins-Pattern { "origin=${ORIGIN.Origin},label=${ORIGIN.Label}"; };
`;
const HOLLOW = ['lib/apt/lists/partial', 'cache/apt/archives/partial', 'log/apt', 'lib/dpkg/updates', 'lib/dpkg/info'];

/** Real apt, dpkg and unattended-upgrades, which have all their files in a folder. Undefined, and the test skipped, where that cannot be. */
export async function aptMachine(t: TestContext) {
  const upgrader = requireProgram('unattended-upgrade', t);
  if (upgrader === undefined || requireProgram('apt-get', t) === undefined) return undefined;
  const why = process.getuid?.() !== 0 ? 'root' : existsSync('/usr/bin/python3') ? undefined : '/usr/bin/python3';
  if (why !== undefined) {
    if (process.env.CI) throw new Error(`a test of unattended-upgrades needs ${why}`);
    t.skip(`needs ${why}`);
    return undefined;
  }
  const machine = await machineFor(t, { 'var/lib/dpkg/status': '', 'etc/apt/apt.conf': CONFIG });
  for (const folder of HOLLOW) await mkdir(machine.at(`var/${folder}`), { recursive: true });
  const shelf = machine.at('shelf');
  await machine.write('etc/apt/sources.list', `deb [trusted=yes] copy:${shelf} ./\n`);
  const PYTHONPATH = join(dirname(upgrader), '../lib/python3/dist-packages');

  async function inside(...command: string[]): Promise<string> {
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', PYTHONPATH };
    const args = ['--mount', 'sh', '-c', INSIDE, machine.root, ...command];
    // A run that fails is what some are about.
    const { stdout, stderr } = await run('unshare', args, { env }).catch(
      (failed: { stdout: string; stderr: string }) => failed,
    );
    return stdout + stderr;
  }

  return {
    ...machine,
    inside,
    /** Installs what an administrator chose, by dpkg alone. */
    async install(...packages: readonly Package[]): Promise<void> {
      await inside('dpkg', '-i', ...(await Promise.all(packages.map((one) => build(machine.at('built'), one)))));
    },
    /** Lets these, and nothing else, be had from a repository of security updates. */
    async offer(...packages: readonly Package[]): Promise<void> {
      await rm(shelf, { recursive: true, force: true });
      const built = await Promise.all(packages.map((one) => build(shelf, one)));
      const index = (await Promise.all(built.map(entryOf))).join('\n');
      const sum = createHash('sha256').update(index).digest('hex');
      const head = Object.entries(ORIGIN).map(([field, value]) => `${field}: ${value}\n`);
      await writeFile(join(shelf, 'Packages'), index);
      const date = new Date().toUTCString();
      await writeFile(
        join(shelf, 'Release'),
        `${head.join('')}Date: ${date}\nSHA256:\n ${sum} ${index.length} Packages\n`,
      );
      await inside('apt-get', 'update');
    },
    /** As its timer does every day. Gives what it said. */
    upgrade: () => inside(upgrader, '--verbose'),
    /** As logrotate does, which makes the new file at once where the old one was. */
    async rotate(...logs: readonly string[]): Promise<void> {
      for (const log of logs) {
        await rename(machine.at(log), machine.at(`${log}.1`));
        await writeFile(machine.at(log), '');
      }
    },
  };
}

async function build(folder: string, { name, version, depends, postinst }: Package): Promise<string> {
  const tree = join(folder, `${name}_${version}`);
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  const fields = { Package: name, Version: version, Architecture: 'all', Maintainer: 'Nobody <nobody@example.net>' };
  const control = Object.entries({ ...fields, ...(depends && { Depends: depends }), Description: 'nothing' });
  await writeFile(join(tree, 'DEBIAN/control'), control.map(([field, value]) => `${field}: ${value}\n`).join(''));
  if (postinst !== undefined)
    await writeFile(join(tree, 'DEBIAN/postinst'), `#!/bin/sh\n${postinst}\n`, { mode: 0o755 });
  await run('dpkg-deb', ['--build', '--root-owner-group', tree, `${tree}.deb`]);
  return `${tree}.deb`;
}

/** What the repository's index says of a package. */
async function entryOf(path: string): Promise<string> {
  const [{ stdout }, bytes] = await Promise.all([run('dpkg-deb', ['--field', path]), readFile(path)]);
  const sum = createHash('sha256').update(bytes).digest('hex');
  return `${stdout}Filename: ./${path.slice(dirname(path).length + 1)}\nSize: ${bytes.length}\nSHA256: ${sum}\n`;
}
