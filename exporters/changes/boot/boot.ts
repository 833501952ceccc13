import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change } from '../../../model/change.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { type Instant, MINUTE, SECOND } from '../../../model/time.ts';
import type { Machine } from '../machine.ts';
import type { Source } from '../source.ts';
import { type Installed, newestKernel } from './kernels.ts';
import { type Boot, bootsIn } from './wtmp.ts';

interface Known {
  readonly bootId: string;
  readonly kernel: string;
  readonly newest?: Installed | undefined;
  /** Whether the box has ended in order since it looked last. */
  readonly parted?: boolean;
}

/** The boot's own time is reckoned, and settles within some seconds; wtmp's is that of a service that starts later. */
const SAME_BOOT_MS = 5 * MINUTE;

/** Boots, and the kernel: the one that runs and the newest that is installed. */
export function bootSource({ root }: Machine): Source<Known> {
  const read = async (path: string): Promise<string> => (await readFile(join(root, path), 'utf8')).trim();
  return {
    name: 'boot',
    parting: (known) => ({ ...known, parted: true }),
    async look({ known, now, since, signal }) {
      const [bootId, release, newest] = await Promise.all([
        read('proc/sys/kernel/random/boot_id'),
        read('proc/sys/kernel/osrelease'),
        newestKernel(join(root, 'boot')),
      ]);
      const kernel = oneLine(release);
      const changes: Change[] = [];
      if (known?.bootId !== bootId) {
        const at = bootTimeIn(await read('proc/stat')) ?? now;
        const boots = await recordedBoots(root, signal);
        const this_ = boots.findLast((one) => Math.abs(one.at - at) < SAME_BOOT_MS);
        const earlier = known === undefined ? boots.filter((one) => one.at >= since && one !== this_) : [];
        const before = boots.filter((one) => one !== this_ && one.at < at).at(-1)?.kernel;
        changes.push(
          ...earlier.flatMap((boot) => toldOf(boot, boots[boots.indexOf(boot) - 1]?.kernel)),
          ...toldOf({ ...this_, at, kernel }, known?.kernel ?? before, known && known.parted === true),
        );
      }
      if (known !== undefined && newest !== undefined && known.newest?.release !== newest.release)
        changes.push(installed(newest, known.newest, kernel));
      return { changes, known: { bootId, kernel, newest } };
    },
  };
}

/** `btime`, in proc(5). */
function bootTimeIn(stat: string): Instant | undefined {
  const seconds = /^btime (\d+)$/m.exec(stat)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * SECOND;
}

async function recordedBoots(root: string, signal: AbortSignal): Promise<Boot[]> {
  const files = ['var/log/wtmp.1', 'var/log/wtmp'].map((path) => bootsIn(join(root, path), signal));
  return (await Promise.all(files)).flat();
}

/** `parted`: whether the box itself had ended in order; undefined when it was not there. */
function toldOf({ at, kernel, wasOrderly }: Boot, before: string | undefined, parted?: boolean): Change[] {
  const how = ['the machine started', ...howItEnded(wasOrderly, parted)].join(', ');
  const boot: Change = { at, kind: 'boot', what: 'machine', detail: how };
  if (before === undefined || before === '' || before === kernel) return [boot];
  return [boot, { at, kind: 'kernel', what: 'running kernel', from: oneLine(before), to: oneLine(kernel) }];
}

/** By login's record; where there is none, by how the box itself ended. */
function howItEnded(wasOrderly: boolean | undefined, parted: boolean | undefined): string[] {
  if (wasOrderly === true) return ['after it was shut down in order'];
  if (wasOrderly === false)
    return ['and it was not shut down in order before: it crashed, was reset or lost its power'];
  if (parted === true) return ['after the box was stopped in order'];
  return parted === false ? ['and nothing was stopped in order before: it crashed, was reset or lost its power'] : [];
}

function installed(newest: Installed, before: Installed | undefined, running: string): Change {
  return {
    at: newest.at,
    kind: 'kernel',
    what: 'newest kernel in /boot',
    ...(before && { from: before.release }),
    to: newest.release,
    ...(newest.release !== running && { detail: `it runs from the next boot on; ${running} runs now` }),
  };
}
