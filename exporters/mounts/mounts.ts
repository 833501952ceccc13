import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { OpenExporter } from '../../model/exporter.ts';
import { createAsking } from './asking.ts';
import { judgeMounts } from './health.ts';
import { type Mount, mountsIn } from './mountinfo.ts';
import { samplesOf } from './report.ts';
import type { MountsSettings } from './settings.ts';
import { createTelling } from './telling.ts';
import { chooseWatched } from './watched.ts';

/** Every mount: whether its file system answers, and how full it is. A file system that hangs is told of, and nothing waits for it. */
export const openMounts: OpenExporter<MountsSettings> = async (settings, { clock, onTrouble, soon }) => {
  const { timeoutMs, writable, root } = settings;
  const prefix = root === '/' ? '' : Buffer.from(root).toString('latin1');
  const asking = createAsking({ clock, timeoutMs, prefix, onLate: soon });
  const tell = createTelling(onTrouble);
  const expected = new Set([...settings.expect, ...writable]);
  const before = new Map<string, Mount>();
  return {
    async collect(signal) {
      const all = await readMounts(root === '/' ? '' : root, signal);
      const watched = chooseWatched(all, settings);
      asking.keepOnly(new Set(all.map(({ device }) => device)));
      const outcomes = await asking.look(watched.mounts, signal);
      const healths = judgeMounts(watched, outcomes, { timeoutMs, writable, before });
      for (const mount of watched.mounts) if (expected.has(mount.point)) before.set(mount.point, mount);
      tell(healths);
      return samplesOf(healths, asking.waiting);
    },
    stop: asking.stop,
  };
};

/** So many lines are read in one turn of the loop. */
const SLICE = 1_000;

/** What the machine's first process sees; without the right to know, what we see ourselves. Touches no mount but `/proc`. */
async function readMounts(root: string, signal: AbortSignal): Promise<Mount[]> {
  const { file, where } = await readTable(root, signal);
  const mounts: Mount[] = [];
  for (const mount of mountsIn(file, where)) if (mounts.push(mount) % SLICE === 0) await setImmediate();
  return mounts;
}

async function readTable(root: string, signal: AbortSignal): Promise<{ file: Uint8Array; where: string }> {
  const first = `${root}/proc/1/mountinfo`;
  try {
    return { file: await readFile(first, { signal }), where: first };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (root !== '' || (code !== 'ENOENT' && code !== 'EACCES')) throw error;
  }
  const own = '/proc/self/mountinfo';
  return { file: await readFile(own, { signal }), where: own };
}
