import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { IGNORED_DISKS } from '../../../exporters/host/settings.ts';
import { until } from '../../integration/until.ts';
import { requireProgram } from '../../require-program.ts';

/** node_exporter on a free port of loopback until the test ends, over a tree or this machine; fetches its page. Undefined where it is not installed. */
export async function startNodeExporter(t: TestContext, tree?: string): Promise<(() => Promise<string>) | undefined> {
  const program = requireProgram('prometheus-node-exporter', t);
  if (program === undefined) return undefined;
  const paths = tree === undefined ? [] : treeArguments(tree);
  const child = spawn(
    program,
    [
      '--web.listen-address=127.0.0.1:0',
      // Debian's default leaves lo out, and keeps zram; the project's own is the other way round.
      '--collector.netdev.device-exclude=^$',
      `--collector.diskstats.device-exclude=${IGNORED_DISKS}`,
      '--no-collector.systemd',
      ...paths,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  t.after(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-100_000);
  });
  const address = () => /Listening on.* address=(\S+)\n/.exec(said)?.[1];
  await until(() => address() !== undefined || child.exitCode !== null);
  const at = address() ?? assert.fail(`node_exporter did not start: ${said}`);
  return async () => (await fetch(`http://${at}/metrics`)).text();
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
