import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** One that the tests need. */
interface Program {
  readonly program: string;
  readonly package: string;
  readonly unpack: boolean;
  /** Unpacked with it. */
  readonly needs?: readonly string[];
}

/** Debian packages that the tests need. Daemons are only unpacked, so that installing them starts nothing on this machine. */
const PROGRAMS: readonly Program[] = [
  { program: 'victoria-metrics', package: 'victoria-metrics', unpack: true },
  { program: 'prometheus-blackbox-exporter', package: 'prometheus-blackbox-exporter', unpack: true },
  { program: 'promtool', package: 'prometheus', unpack: true },
  { program: 'prometheus-node-exporter', package: 'prometheus-node-exporter', unpack: true },
  { program: 'fping', package: 'fping', unpack: false },
  { program: 'ping', package: 'iputils-ping', unpack: false },
  { program: 'openssl', package: 'openssl', unpack: false },
  { program: 'ip', package: 'iproute2', unpack: false },
  { program: 'dockerd', package: 'docker.io', unpack: true },
  { program: 'containerd', package: 'containerd', unpack: true },
  { program: 'runc', package: 'runc', unpack: true },
  { program: 'rootlesskit', package: 'rootlesskit', unpack: false },
  { program: 'slirp4netns', package: 'slirp4netns', unpack: false },
  { program: 'busybox', package: 'busybox-static', unpack: true },
  { program: 'iptables', package: 'iptables', unpack: false },
  { program: 'nft', package: 'nftables', unpack: false },
  { program: 'ipset', package: 'ipset', unpack: false },
  { program: 'ufw', package: 'ufw', unpack: true },
  {
    program: 'firewalld',
    package: 'firewalld',
    unpack: true,
    needs: [
      ...['python3-firewall', 'python3-nftables', 'python3-dbus', 'python3-gi'],
      ...['gir1.2-glib-2.0', 'libgirepository-1.0-1'],
    ],
  },
  { program: 'systemctl', package: 'systemd', unpack: false },
  { program: 'dbus-daemon', package: 'dbus-daemon', unpack: false },
  { program: 'chromium', package: 'chromium', unpack: false },
  { program: 'python3', package: 'python3', unpack: false },
  // No program, but found beside them in the same way.
  {
    program: '../lib/python3/dist-packages/prometheus_client/__init__.py',
    package: 'python3-prometheus-client',
    unpack: true,
  },
  {
    program: 'unattended-upgrade',
    package: 'unattended-upgrades',
    unpack: true,
    needs: ['python3-apt', 'python3-distro-info', 'lsb-release'],
  },
  { program: 'mksquashfs', package: 'squashfs-tools', unpack: false },
  { program: 'faketime', package: 'faketime', unpack: false },
  { program: 'snap', package: 'snapd', unpack: true },
];

/** Folders to add to PATH, and in words what could not be had. */
export interface Programs {
  readonly folders: readonly string[];
  readonly missing: readonly string[];
}

/** Makes sure of every program: from PATH, unpacked below `cache`, or installed when this is root. */
export function fetchPrograms(cache: string): Programs {
  const folders = [...['usr/bin', 'usr/sbin', 'bin'].map((folder) => join(cache, folder)), '/usr/sbin', '/sbin'];
  const absent = () => PROGRAMS.filter(({ program }) => !isThere(program, folders));
  const wanted = absent();
  const root = process.getuid?.() === 0;
  if (wanted.length > 0 && isThere('apt-get', [])) {
    console.log(`Fetching what the tests talk to: ${wanted.map((one) => one.package).join(', ')} …`);
    if (root) run('apt-get', ['-qq', 'update']);
    for (const one of wanted.filter(({ unpack }) => unpack))
      for (const name of [one.package, ...(one.needs ?? [])]) unpackPackage(name, cache);
    const install = wanted.filter(({ unpack }) => !unpack).map((one) => one.package);
    if (root && install.length > 0) {
      run('apt-get', [
        '-qq',
        '-y',
        '--no-install-recommends',
        '-o',
        'Dpkg::Use-Pty=0',
        'install',
        ...install,
        'fonts-dejavu-core',
      ]);
    }
  }
  return {
    folders,
    missing: absent().map(
      (one) => `${one.program} (Debian: ${one.package}${root ? '' : '; installing it needs root'})`,
    ),
  };
}

function isThere(program: string, folders: readonly string[]): boolean {
  return [...(process.env.PATH ?? '').split(delimiter), ...folders].some((folder) => existsSync(join(folder, program)));
}

function unpackPackage(name: string, cache: string): void {
  const work = join(cache, 'download');
  mkdirSync(work, { recursive: true });
  try {
    // Root's downloads run as another user unless told otherwise, who may not write here.
    const fetched = run(
      'sh',
      ['-c', 'apt-get -qq -o APT::Sandbox::User=root download "$1" && dpkg-deb -x "$1"_*.deb "$2"', 'sh', name, cache],
      work,
    );
    if (!fetched) console.error(`${name} could not be fetched.`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd?: string): boolean {
  const { status } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(cwd && { cwd }),
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}
