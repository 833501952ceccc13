import { oneLine } from '../../../model/outside-text.ts';
import type { Instant } from '../../../model/time.ts';
import { ask } from '../../../programs/unix-socket.ts';

/** One revision of a snap that is on the machine. */
export interface SnapRevision {
  readonly name: string;
  /** `27.5.1 (revision 3064)`. */
  readonly version: string;
  readonly base: string;
  readonly isActive: boolean;
  /** When this revision came. */
  readonly at?: Instant;
}

/** Something that snapd did: what it calls a change. */
export interface SnapdChange {
  readonly at: Instant;
  readonly summary: string;
  readonly snaps: readonly string[];
}

const MOST = 1_000;

/** Every revision that snapd keeps: GET /v2/snaps?select=all (snapcraft.io/docs/snapd-rest-api); needs no right. */
export async function snapRevisions(socket: string, signal: AbortSignal): Promise<SnapRevision[]> {
  const { result } = (await ask(socket, '/v2/snaps?select=all', signal)) as { result?: unknown };
  return list(result).flatMap((one): SnapRevision[] => {
    const { name, version, revision, base, status, 'install-date': date } = one;
    if (typeof name !== 'string') return [];
    const at = instantOf(date);
    return [
      {
        name: oneLine(name),
        version: oneLine(`${version} (revision ${revision})`),
        base: oneLine(typeof base === 'string' ? base : ''),
        isActive: status === 'active',
        ...(at !== undefined && { at }),
      },
    ];
  });
}

/** What snapd did lately and finished, the latest last; it forgets after some days. Empty where it does not tell without the right. */
export async function snapdChanges(socket: string, signal: AbortSignal): Promise<SnapdChange[]> {
  const answer = await ask(socket, '/v2/changes?select=all', signal).catch(() => ({}));
  return list((answer as { result?: unknown }).result)
    .flatMap((one): SnapdChange[] => {
      const at = instantOf(one['ready-time']);
      if (at === undefined || one.status !== 'Done') return [];
      const names = (one.data as { 'snap-names'?: unknown } | undefined)?.['snap-names'];
      const snaps = Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
      return [{ at, summary: oneLine(String(one.summary)), snaps }];
    })
    .sort((a, b) => a.at - b.at);
}

function list(result: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(result)) throw new Error('snapd answers something else than a list');
  return result.slice(0, MOST).filter((one) => typeof one === 'object' && one !== null);
}

function instantOf(text: unknown): Instant | undefined {
  const at = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
