import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { OpenExporter } from '../../model/exporter.ts';
import { createAsking, type Outcome } from './asking.ts';
import { judgeMounts } from './health.ts';
import { type Mount, mountsIn } from './mountinfo.ts';
import { samplesOf } from './report.ts';
import type { MountsSettings } from './settings.ts';
import { createTelling } from './telling.ts';
import { chooseWatched, type Watched } from './watched.ts';

/** Every mount: whether its file system answers, and how full it is. A file system that hangs is told of, and nothing waits for it. */
export const openExporter: OpenExporter<MountsSettings> = async (settings, { clock, onTrouble, soon }) => {
  const { timeoutMs, writable, root } = settings;
  const base = root === '/' ? '' : root;
  const prefix = Buffer.from(base).toString('latin1');
  const asking = createAsking({ clock, timeoutMs, prefix, onLate: soon });
  const tell = createTelling(onTrouble);
  const expected = new Set([...settings.expect, ...writable]);
  const before = new Map<string, Mount>();
  return {
    async collect(signal) {
      const table = await readTable(base, signal);
      const all = await mountsOf(table);
      const watched = chooseWatched(all, settings);
      asking.keepOnly(new Set(all.map(({ device }) => device)));
      const outcomes = await asking.look(watched.mounts, signal);
      const after = await readTable(base);
      const valid = table.file.equals(after.file)
        ? outcomes
        : onlyOf(chooseWatched(await mountsOf(after), settings), watched, outcomes);
      const healths = judgeMounts(watched, valid, { timeoutMs, writable, before });
      for (const mount of watched.mounts) if (expected.has(mount.point)) before.set(mount.point, mount);
      tell(healths);
      return samplesOf(healths, asking.waiting);
    },
    stop: asking.stop,
  };
};

/** So many lines are read in one turn of the loop. */
const SLICE = 1_000;

/** The kernel's table of mounts, as it is. */
interface Table {
  readonly file: Buffer;
  readonly where: string;
}

async function mountsOf({ file, where }: Table): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const mount of mountsIn(file, where)) if (mounts.push(mount) % SLICE === 0) await setImmediate();
  return mounts;
}

/** What came of those that are still mounted where they were: at the place of another, something else has answered in its name. */
function onlyOf(now: Watched, { mounts }: Watched, outcomes: ReadonlyMap<string, Outcome>): Map<string, Outcome> {
  const places = new Map(mounts.map(({ point, id, device }) => [point, `${id} ${device}`]));
  const stayed = now.mounts.filter(({ point, id, device }) => places.get(point) === `${id} ${device}`);
  return new Map(
    stayed.flatMap(({ point }): [string, Outcome][] => {
      const outcome = outcomes.get(point);
      return outcome === undefined ? [] : [[point, outcome]];
    }),
  );
}

/** What the machine's first process sees; without the right to know, what we see ourselves. Touches no mount but `/proc`. */
async function readTable(root: string, signal?: AbortSignal): Promise<Table> {
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
