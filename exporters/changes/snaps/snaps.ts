import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change } from '../../../model/change.ts';
import { HOUR, type Instant, MINUTE } from '../../../model/time.ts';
import { isSocket } from '../../../programs/unix-socket.ts';
import type { Machine } from '../machine.ts';
import type { Source } from '../source.ts';
import { type SnapdChange, type SnapRevision, snapdChanges, snapRevisions } from './snapd.ts';

interface Known {
  /** When snapd last wrote its state: while it stays, snapd is not asked, which would start it. */
  readonly written: number;
  /** The active revision, by name. */
  readonly snaps: Readonly<Record<string, SnapRevision>>;
}

/** What snapd says it did belongs to a revision that came so near to it. */
const NEAR_MS = HOUR;

/** Snaps that were installed, refreshed, reverted or removed, with the base they stand on. */
export function snapsSource({ root }: Machine): Source<Known> {
  const socket = join(root, 'run/snapd.socket');
  const state = join(root, 'var/lib/snapd/state.json');
  return {
    name: 'snaps',
    watched: () => [join(root, 'var/lib/snapd/snaps')],
    async look({ known, now, since, signal }) {
      const written = (await stat(state).catch(() => undefined))?.mtimeMs ?? 0;
      if (known !== undefined && written !== 0 && known.written === written) return { changes: [], known };
      if (!(await isSocket(socket))) return undefined;
      const revisions = await snapRevisions(socket, signal);
      const active = revisions.filter((one) => one.isActive);
      const snaps = Object.fromEntries(active.map((one) => [one.name, one]));
      const did = await snapdChanges(socket, signal);
      const seen = { written, snaps };
      if (known === undefined) {
        const recent = active.filter(({ at = 0 }) => at >= since);
        return { changes: recent.map((one) => became(one, before(one, revisions), did, now)), known: seen };
      }
      const changed = active.filter(({ name, version }) => known.snaps[name]?.version !== version);
      const gone = Object.values(known.snaps).filter(({ name }) => snaps[name] === undefined);
      return {
        changes: [
          ...changed.map((one) => became(one, known.snaps[one.name], did, now)),
          ...gone.map((one) => wentAway(one, did, now)),
        ],
        known: seen,
      };
    },
  };
}

/** The revision that was active before, among those that snapd still keeps. */
function before(one: SnapRevision, revisions: readonly SnapRevision[]): SnapRevision | undefined {
  return revisions
    .filter(({ name, isActive, at = 0 }) => name === one.name && !isActive && at < (one.at ?? 0))
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .at(-1);
}

function became(one: SnapRevision, was: SnapRevision | undefined, did: readonly SnapdChange[], now: Instant): Change {
  const at = one.at ?? now;
  const why = whyOf(one.name, at, did);
  const base = was !== undefined && was.base !== one.base ? `base ${was.base || 'none'} → ${one.base || 'none'}` : '';
  const detail = [base, why?.summary ?? ''].filter((line) => line !== '').join('\n');
  return {
    at,
    kind: 'snap',
    what: one.name,
    ...(was && { from: was.version }),
    to: one.version,
    ...(detail !== '' && { detail }),
  };
}

function wentAway({ name, version }: SnapRevision, did: readonly SnapdChange[], now: Instant): Change {
  const why = did.findLast(({ snaps }) => snaps.includes(name));
  return { at: why?.at ?? now, kind: 'snap', what: name, from: version, ...(why && { detail: why.summary }) };
}

function whyOf(name: string, at: Instant, did: readonly SnapdChange[]): SnapdChange | undefined {
  return did.findLast((one) => one.snaps.includes(name) && one.at >= at - MINUTE && one.at - at < NEAR_MS);
}
