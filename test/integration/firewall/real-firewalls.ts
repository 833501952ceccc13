import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { requireProgram } from '../../require-program.ts';
import type { PrivateHost } from '../docker-host/private-host.ts';
import { until } from '../until.ts';

/**
 * Lays a Debian package that was only unpacked over this machine's folders, for one process and its children alone. Its maintainer's scripts
 * have not run.
 */
function layOver(program: string): string {
  const root = join(dirname(program), '../..');
  const over = (folder: string, ...lower: readonly string[]) =>
    `mkdir -p $work/${folder}/up $work/${folder}/work
     mount -t overlay overlay -o lowerdir=${lower.join(':')}:/${folder},upperdir=$work/${folder}/up,workdir=$work/${folder}/work /${folder}`;
  return `set -e
    mount --make-rprivate /
    work=$FOLDER/overlay; mkdir -p $work; mount -t tmpfs tmpfs $work
    ${over('etc', join(root, 'etc'))}
    ${over('usr', join(root, 'usr'))}
    [ ! -d ${root}/lib ] || cp -r ${root}/lib/. /usr/lib/
    for tables in iptables ip6tables; do ln -sf /usr/sbin/$tables-nft /etc/alternatives/$tables; done
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin`;
}

/** Enables ufw on a host, as Debian has it: nothing may come in but ssh. Undefined, with words, where it cannot be had. */
export async function enableUfw(t: TestContext, host: PrivateHost): Promise<true | undefined> {
  const program = requireProgram('ufw', t);
  if (program === undefined) return undefined;
  const script = `${layOver(program)}
    mkdir -p /etc/ufw; cp /usr/share/ufw/iptables/*.rules /usr/share/ufw/ufw.conf /etc/ufw/
    ufw allow 22/tcp; ufw --force enable; ufw status | grep -q '^Status: active'`;
  await host.run('unshare --mount sh -e -c "$SCRIPT"', { SCRIPT: script, FOLDER: host.folder });
  return true;
}

/** Starts firewalld on a host, with a bus of its own; ends with what is answered. Undefined, with words, where it cannot be had. */
export async function startFirewalld(t: TestContext, host: PrivateHost): Promise<AsyncDisposable | undefined> {
  const [program, bus] = [requireProgram('firewalld', t), requireProgram('dbus-daemon', t)];
  if (program === undefined || bus === undefined) return undefined;
  const script = `${layOver(program)}
    mount -t tmpfs tmpfs /run; mkdir -p /run/firewalld
    cat > /etc/bus.conf <<'END'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
END
    dbus-daemon --config-file=/etc/bus.conf --nofork --nopidfile &
    tries=100; while [ $tries -gt 0 ] && [ ! -S /run/bus ]; do tries=$((tries - 1)); sleep 0.1; done
    export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/bus
    exec firewalld --nofork --nopid`;
  const child = spawn(
    'nsenter',
    [`--net=/var/run/netns/${host.name}`, 'unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script],
    { env: { ...host.env, FOLDER: host.folder }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => {
    complaint = (complaint + part.toString()).slice(-2_000);
  });
  const ended = once(child, 'exit');
  const isUp = () =>
    host.run('nft list table inet firewalld').then(
      (text) => /filter_IN_public_allow/.test(text),
      () => false,
    );
  try {
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`firewalld ended: ${complaint}`);
        return isUp();
      },
      120_000,
      'firewalld has written its rules',
    );
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
