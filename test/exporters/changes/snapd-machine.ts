import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { SystemdMachine } from '../../integration/systemd-machine.ts';
import { requireProgram } from '../../require-program.ts';

/**
 * snapd's own units, without what they are ordered after. The way to the store leads nowhere. snapd answers only those whose process it can name, which
 * nobody outside of its namespaces is: they are let in by a door.
 */
const UNITS = {
  'snapd.socket': `[Unit]
DefaultDependencies=no
[Socket]
ListenStream=/run/snapd.socket
ListenStream=/run/snapd-snap.socket
SocketMode=0666
`,
  'snapd.service': `[Unit]
DefaultDependencies=no
Requires=snapd.socket
[Service]
Type=notify
ExecStart=/usr/lib/snapd/snapd
Environment=PATH=/usr/sbin:/usr/bin:/sbin:/bin
Environment=HTTPS_PROXY=http://127.0.0.1:9
Restart=always
SuccessExitStatus=42
RestartPreventExitStatus=42
`,
  'door.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/door.socket\n',
  'door.service': `[Unit]
DefaultDependencies=no
[Service]
ExecStart=/lib/systemd/systemd-socket-proxyd /run/snapd.socket
`,
};

/**
 * Folders of its own over those that snapd writes to. It takes the machine for an Arch Linux, which has its snaps mounted below /var and not at /snap:
 * there is no such folder, and one at the root would be made on the real machine. There is no udev to tell of its rules.
 */
const PREPARE = `
set -e
mkdir -p /tmp/own/etc /tmp/own/work /tmp/own/lib/snapd/snaps /tmp/own/cache
[ -e /usr/bin/udevadm ] || { echo '#!/bin/sh' >/tmp/usr/bin/udevadm; chmod 755 /tmp/usr/bin/udevadm; }
mount -t overlay overlay -o lowerdir=/tmp/usr:/usr /usr
mount -t overlay overlay -o lowerdir=/etc,upperdir=/tmp/own/etc,workdir=/tmp/own/work /etc
rm -f /etc/os-release
echo ID=arch >/etc/os-release
mount --bind /tmp/own/lib /var/lib
mount --bind /tmp/own/cache /var/cache
systemctl start snapd.socket door.socket
snap wait system seed.loaded
`;

/** What a hand-made snap says of itself. */
export interface Snap {
  readonly name: string;
  readonly version: string;
  readonly type?: 'os' | 'base';
  readonly base?: string;
  /** Its configure hook cannot be run. */
  readonly fails?: boolean;
}

/** A real snapd below a real systemd, in namespaces, with nothing installed. Disposal ends it. Undefined, and the test skipped, where that cannot be. */
export async function snapdMachine(t: TestContext) {
  const snap = requireProgram('snap', t);
  const squash = requireProgram('mksquashfs', t);
  if (snap === undefined || squash === undefined) return undefined;
  if (!/\tsquashfs$/m.test(readFileSync('/proc/filesystems', 'utf8')) || !existsSync('/dev/loop-control')) {
    if (process.env.CI) throw new Error('a test of snapd needs squashfs and loop devices');
    t.skip('needs squashfs and loop devices');
    return undefined;
  }
  const systemd = await SystemdMachine.boot(UNITS, t);
  if (systemd === undefined) return undefined;
  const root = `/proc/${systemd.init}/root`;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-snaps-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const part of ['bin/snap', 'lib/snapd'])
    cpSync(join(dirname(snap), '..', part), `${root}/tmp/usr/${part}`, { recursive: true });
  const said = systemd.run('sh', '-c', PREPARE);
  if (said !== '') throw new Error(`snapd is not ready: ${said}`);
  const sight = join(folder, 'root');
  await mkdir(join(sight, 'run'), { recursive: true });
  await mkdir(join(sight, 'var/lib'), { recursive: true });
  await symlink(`${root}/run/door.socket`, join(sight, 'run/snapd.socket'));
  await symlink(`${root}/var/lib/snapd`, join(sight, 'var/lib/snapd'));

  return {
    /** What the exporter is to take for the root file system. */
    root: sight,
    systemd,
    /** Runs `snap`, and gives what it printed. */
    snap: (...args: readonly string[]) => systemd.run('snap', ...args),
    /** Where, inside, a snap lies that was made like this. */
    async make({ fails = false, ...yaml }: Snap): Promise<string> {
      const name = `${yaml.name}-${yaml.version}.snap`;
      const tree = join(folder, name);
      await mkdir(join(tree, 'meta/hooks'), { recursive: true });
      const about = { ...yaml, summary: 'nothing', description: 'nothing', architectures: ['all'] };
      // JSON is YAML.
      await writeFile(join(tree, 'meta/snap.yaml'), JSON.stringify(about));
      if (fails) await writeFile(join(tree, 'meta/hooks/configure'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      await promisify(execFile)(squash, [tree, `${root}/tmp/${name}`, '-noappend', '-no-xattrs', '-quiet']);
      return `/tmp/${name}`;
    },
    [Symbol.asyncDispose]: () => systemd[Symbol.asyncDispose](),
  };
}
