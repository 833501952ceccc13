import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { requireProgram } from '../require-program.ts';
import { cgroupRoot, descendants, insideNumber, removeCgroup } from './kernel-sights.ts';
import { until } from './until.ts';

const SYSTEMD = '/lib/systemd/systemd';

/**
 * Runs as root in namespaces of its own: private /run and /tmp (systemd cleans /tmp), a record of logins and boots and a cgroup of its
 * own, and then systemd as the first process. `container` has it leave the settings of the kernel alone.
 */
const START = `
set -e
mount -t tmpfs tmpfs /run -o mode=755
mkdir -p /run/systemd/system /run/dbus /run/lock
cp "$1"/* /run/systemd/system/
mount -t tmpfs tmpfs /tmp -o mode=1777
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
[ ! -d /var/log/journal ] || mount -t tmpfs tmpfs /var/log/journal
[ ! -e /var/log/wtmp ] || { : >/run/wtmp; mount --bind /run/wtmp /var/log/wtmp; }
export container=signalbox-test
exec ${SYSTEMD} --system --unit=test.target --log-target=journal --show-status=no
`;

/** What the machine starts with: a bus with the distribution's own policy for systemd, and the journal. */
const BASE: Readonly<Record<string, string>> = {
  'test.target':
    '[Unit]\nDefaultDependencies=no\nRequires=dbus.socket\nWants=systemd-journald.service\nAllowIsolate=yes\n',
  'dbus.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/dbus/system_bus_socket\n',
  'dbus.service': `[Unit]
DefaultDependencies=no
Requires=dbus.socket
StartLimitIntervalSec=0
[Service]
Type=notify
NotifyAccess=main
ExecStart=/usr/bin/dbus-daemon --config-file=/run/systemd/system/bus.conf --address=systemd: --nofork --nopidfile --systemd-activation
`,
  'bus.conf': `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <auth>EXTERNAL</auth>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
  </policy>
  <includedir>/usr/share/dbus-1/system.d</includedir>
</busconfig>
`,
};

/** A real systemd in namespaces of its own, with a bus and a journal. Disposal ends it and everything it runs. */
export class SystemdMachine implements AsyncDisposable {
  readonly #folder: string;
  readonly #cgroup: string;
  readonly #child: ChildProcess;
  /** Its first process, as this machine's processes are numbered. */
  readonly init: number;

  private constructor(folder: string, cgroup: string, child: ChildProcess, init: number) {
    this.#folder = folder;
    this.#cgroup = cgroup;
    this.#child = child;
    this.init = init;
  }

  /** Boots with these units, by file name. Undefined, and the test skipped, where that cannot be done. */
  static async boot(units: Readonly<Record<string, string>>, test?: TestContext): Promise<SystemdMachine | undefined> {
    for (const program of ['systemctl', 'dbus-daemon', 'unshare', 'nsenter'])
      if (requireProgram(program, test) === undefined) return undefined;
    const root = cgroupRoot();
    const why =
      process.getuid?.() !== 0 ? 'root' : root === undefined ? 'cgroup2' : existsSync(SYSTEMD) ? undefined : SYSTEMD;
    if (why !== undefined || root === undefined) {
      if (process.env.CI) throw new Error(`a test of systemd needs ${why}`);
      test?.skip(`needs ${why}`);
      return undefined;
    }
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-systemd-'));
    for (const [name, text] of Object.entries({ ...BASE, ...units })) await writeFile(join(folder, name), text);
    const cgroup = join(root, `signalbox-test-${randomBytes(6).toString('hex')}`);
    mkdirSync(cgroup);
    const child = spawn(
      'sh',
      [
        '-c',
        'echo $$ > "$2/cgroup.procs" && exec unshare --mount --pid --fork --kill-child --mount-proc --uts --ipc --cgroup sh -c "$0" sh "$1"',
        START,
        folder,
        cgroup,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    let init = 0;
    const machine = () => new SystemdMachine(folder, cgroup, child, init);
    try {
      await until(
        () => {
          if (child.exitCode !== null) throw new Error(`systemd did not start: ${complaint}`);
          init = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0]);
          return init > 0 && existsSync(`/proc/${init}/root/run/dbus/system_bus_socket`);
        },
        60_000,
        'systemd opens its bus',
      );
      await until(
        () => machine().state() !== 'initializing' && machine().state() !== 'starting',
        60_000,
        'systemd is up',
      );
      // The bus is there before systemd has its name on it.
      await until(
        () => machine().run('busctl', 'status', 'org.freedesktop.systemd1').includes('PID=1'),
        60_000,
        'systemd has its name on the bus',
      );
    } catch (error) {
      await machine()[Symbol.asyncDispose]();
      throw error;
    }
    return machine();
  }

  /** Where its bus listens. */
  get bus(): string {
    return `unix:path=/proc/${this.init}/root/run/dbus/system_bus_socket`;
  }

  state(): string {
    return this.run('systemctl', 'is-system-running').trim();
  }

  /** Runs a program inside and gives what it printed, whatever its exit code. */
  run(...command: readonly string[]): string {
    const args = ['--target', String(this.init), '--mount', '--pid', '--uts', '--ipc', '--', ...command];
    const { stdout, stderr } = spawnSync('nsenter', args, { encoding: 'utf8', timeout: 120_000 });
    return stdout + stderr;
  }

  systemctl(...args: readonly string[]): string {
    return this.run('systemctl', '--no-pager', ...args);
  }

  property(unit: string, name: string): string {
    return this.systemctl('show', '-P', name, unit).trim();
  }

  /** Writes a unit and has systemd read it. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(`/proc/${this.init}/root/run/systemd/system/${name}`, text);
    this.systemctl('daemon-reload');
  }

  /** A program on this machine that runs `program` inside that one, for settings that name one. */
  async door(program: string): Promise<string> {
    const path = join(this.#folder, `inside-${program}`);
    const enter = `exec nsenter --target ${this.init} --mount --pid --uts --ipc -- ${program} "$@"`;
    await writeFile(path, `#!/bin/sh\n${enter}\n`, { mode: 0o755 });
    return path;
  }

  /** A process inside, as this machine's processes are numbered: the main process of a service. */
  mainPid(unit: string): number {
    const inside = this.property(unit, 'MainPID');
    const found = descendants(this.init).find((pid) => insideNumber(pid) === inside);
    if (found === undefined) throw new Error(`${unit} has no main process`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      // With its first process the kernel ends all others of the namespace.
      this.#child.kill('SIGKILL');
      await ended;
    }
    await until(() => removeCgroup(this.#cgroup), 60_000, 'everything in the cgroup has ended');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
