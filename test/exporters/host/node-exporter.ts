import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../collector/victoriametrics/port.ts';
import { IGNORED_DISKS } from '../../../exporters/host/settings.ts';
import { requireProgram } from '../../require-program.ts';

/** node_exporter on a free port of loopback until the test ends, over a tree or this machine; fetches its page. Undefined where it is not installed. */
export async function startNodeExporter(t: TestContext, tree?: string): Promise<(() => Promise<string>) | undefined> {
  const program = requireProgram('prometheus-node-exporter', t);
  if (program === undefined) return undefined;
  const port = await freePort(0);
  const paths = tree === undefined ? [] : treeArguments(tree);
  const child = spawn(
    program,
    [
      `--web.listen-address=127.0.0.1:${port}`,
      // Debian's default leaves lo out, and keeps zram; the project's own is the other way round.
      '--collector.netdev.device-exclude=^$',
      `--collector.diskstats.device-exclude=${IGNORED_DISKS}`,
      '--no-collector.systemd',
      ...paths,
    ],
    { stdio: 'ignore' },
  );
  t.after(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  const fetchPage = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  for (let tries = 0; ; tries++) {
    try {
      await fetchPage();
      return fetchPage;
    } catch (error) {
      if (tries >= 100 || child.exitCode !== null) throw error;
      await pause(50);
    }
  }
}

/** Its paths, and the files instead of netlink, which would ask this machine's kernel. */
function treeArguments(tree: string): string[] {
  return [
    `--path.procfs=${tree}/proc`,
    `--path.sysfs=${tree}/sys`,
    `--path.rootfs=${tree}/root`,
    `--path.udev.data=${tree}/root/run/udev/data`,
    '--no-collector.netdev.netlink',
  ];
}
