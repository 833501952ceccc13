import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change } from '../../../model/change.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { type Instant, MINUTE, SECOND } from '../../../model/time.ts';
import { isSocket } from '../../../programs/unix-socket.ts';
import type { Machine } from '../machine.ts';
import type { Source } from '../source.ts';
import { type SnapdChange, type SnapRevision, snapdChanges, snapRevisions } from './snapd.ts';

/** The current revision of each snap. */
type Snaps = Readonly<Record<string, SnapRevision>>;

interface Known {
  /** When snapd last wrote its state: while it stays, snapd is not asked, which would start it. */
  readonly written: number;
  readonly snaps: Snaps;
  /** When the last that failed had ended. */
  readonly failed: Instant;
}

/** What belongs together comes from two clocks' roundings. */
const SLACK_MS = SECOND;
/** No look takes so long that what ends meanwhile is later. */
const AHEAD_MS = 5 * MINUTE;
const DISABLED = 'disabled';

/** Snaps that were installed, refreshed, reverted, disabled or removed, with the base they stand on; and what snapd failed at. */
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
      // First: what has ended by then is as it stays.
      const did = await snapdChanges(socket, signal);
      const current = await snapRevisions(socket, 'current', signal);
      // One that is dated ahead was told when the clock said so, before it was set right; of the others it says nothing.
      const toldTo = known === undefined || known.failed > now + AHEAD_MS ? since : known.failed;
      const failed = did.filter(
        ({ end = 0, problem }) => problem !== undefined && end > toldTo && end <= now + AHEAD_MS,
      );
      const lastFailed = Math.max(toldTo, ...failed.map(({ end = 0 }) => end));
      if (known === undefined) {
        const all = await snapRevisions(socket, 'all', signal);
        const recent = current.filter(({ at = 0 }) => at >= since);
        const changes = recent.map((one) => became(one, before(one, all), did, now));
        return {
          changes: [...changes, ...failed.map(wentWrong)],
          known: { written, snaps: byName(current), failed: lastFailed },
        };
      }
      // What goes on may yet be undone: it is told when it is over, which snapd writes down.
      const busy = new Set(did.filter(({ end }) => end === undefined).flatMap(({ snaps }) => snaps));
      const were = Object.values(known.snaps);
      const snaps = byName([
        ...current.filter(({ name }) => !busy.has(name)),
        ...were.filter(({ name }) => busy.has(name)),
      ]);
      const changes = [
        ...Object.values(snaps).flatMap((one) => difference(one, known.snaps[one.name], did, now)),
        ...were.filter(({ name }) => snaps[name] === undefined).map((one) => gone(one, did, now)),
        ...failed.map(wentWrong),
      ];
      return { changes, known: { written, snaps, failed: lastFailed } };
    },
  };
}

function byName(all: readonly SnapRevision[]): Snaps {
  return Object.fromEntries(all.map((one) => [one.name, one]));
}

/** The revision that was active before, among those that snapd still keeps: one that came later was left by a revert. */
function before({ name, version }: SnapRevision, revisions: readonly SnapRevision[]): SnapRevision | undefined {
  const all = revisions.filter((one) => one.name === name);
  const index = all.findIndex((one) => one.version === version);
  return all[index + 1] ?? all[index - 1];
}

function difference(
  one: SnapRevision,
  was: SnapRevision | undefined,
  did: readonly SnapdChange[],
  now: Instant,
): readonly Change[] {
  if (one.version !== was?.version) return [became(one, was, did, now)];
  if (one.isActive === was.isActive) return [];
  const why = one.isActive ? whyOf(one, did) : lastOf(one.name, did);
  const at = one.at ?? why?.end ?? now;
  const [from, to] = one.isActive ? [DISABLED, one.version] : [one.version, DISABLED];
  return [{ at, kind: 'snap', what: one.name, from, to, ...(why && { detail: why.summary }) }];
}

function became(one: SnapRevision, was: SnapRevision | undefined, did: readonly SnapdChange[], now: Instant): Change {
  const why = whyOf(one, did);
  const base = was !== undefined && was.base !== one.base ? `base ${was.base || 'none'} → ${one.base || 'none'}` : '';
  const detail = [base, why?.summary ?? ''].filter((line) => line !== '').join('\n');
  return {
    at: one.at ?? now,
    kind: 'snap',
    what: one.name,
    ...(was && { from: was.version }),
    to: one.version,
    ...(detail !== '' && { detail }),
  };
}

function gone({ name, version }: SnapRevision, did: readonly SnapdChange[], now: Instant): Change {
  const why = lastOf(name, did);
  return { at: why?.end ?? now, kind: 'snap', what: name, from: version, ...(why && { detail: why.summary }) };
}

function wentWrong({ end = 0, summary, snaps, problem }: SnapdChange): Change {
  const what = oneLine(snaps.join(', ')) || 'snaps';
  return { at: end, kind: 'snap', what, detail: `failed: ${summary}\n${problem}` };
}

/** What snapd did when the revision became the active one. */
function whyOf({ name, at = Number.NaN }: SnapRevision, did: readonly SnapdChange[]): SnapdChange | undefined {
  return did.findLast(
    ({ start, end = at, snaps }) => snaps.includes(name) && start - SLACK_MS <= at && at <= end + SLACK_MS,
  );
}

/** What snapd did last to a snap. */
function lastOf(name: string, did: readonly SnapdChange[]): SnapdChange | undefined {
  return did.findLast(({ snaps, end, problem }) => snaps.includes(name) && end !== undefined && problem === undefined);
}
