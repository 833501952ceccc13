import { lstat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Change } from '../../../model/change.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { type Instant, MINUTE } from '../../../model/time.ts';
import type { Machine } from '../machine.ts';
import type { Source } from '../source.ts';
import { findUnitFiles, type UnitFiles } from './unit-files.ts';

/** Where systemd looks, systemd.unit(5), the operator's first. */
const FOLDERS = ['etc/systemd/system', 'run/systemd/system', 'usr/local/lib/systemd/system', 'usr/lib/systemd/system'];

/** Unit files, drop-ins and what is enabled, by what is in them and never in words: they may hold secrets. */
export function unitsSource({ root }: Machine): Source<UnitFiles> {
  const roots = FOLDERS.map((folder) => join(root, folder));
  let watched: readonly string[] = [];
  return {
    name: 'units',
    everyMs: 5 * MINUTE,
    watched: () => watched,
    async look({ known, now, signal }) {
      const { files, folders } = await findUnitFiles(roots, known ?? {}, signal);
      // The operator's own first: not all may be watched.
      watched = folders;
      if (folders.length === 0) return undefined;
      if (known === undefined) return { changes: [], known: files };
      const changes: Change[] = [];
      for (const path of new Set([...Object.keys(known), ...Object.keys(files)])) {
        const [was, is] = [known[path], files[path]];
        if (was?.is === is?.is) continue;
        const folder = roots.find((one) => path.startsWith(`${one}/`)) ?? root;
        changes.push({
          at: is === undefined ? await goneAt(path, now) : Math.min(is.at, now),
          kind: 'unit',
          what: oneLine(relative(folder, path)),
          ...(was && { from: oneLine(was.is) }),
          ...(is && { to: oneLine(is.is) }),
          detail: oneLine(join('/', relative(root, path))),
        });
      }
      return { changes, known: files };
    },
  };
}

/** When the folder that it was in last lost or got a file; now, where that has gone too. */
async function goneAt(path: string, now: Instant): Promise<Instant> {
  const found = await lstat(dirname(path)).catch(() => undefined);
  return Math.min(Math.round(found?.mtimeMs ?? now), now);
}
