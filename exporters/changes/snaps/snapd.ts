import { oneLine, plainText } from '../../../model/outside-text.ts';
import type { Instant } from '../../../model/time.ts';
import { ask } from '../../../programs/unix-socket.ts';

/** One revision of a snap that is on the machine. */
export interface SnapRevision {
  readonly name: string;
  /** `27.5.1 (revision 3064)`. */
  readonly version: string;
  readonly base: string;
  /** False of one that was disabled, and of those that are not current. */
  readonly isActive: boolean;
  /** When it became active; absent of others. */
  readonly at?: Instant;
}

/** Something that snapd did to snaps, or does: what it calls a change. */
export interface SnapdChange {
  readonly start: Instant;
  /** Absent while it goes on. */
  readonly end?: Instant;
  readonly summary: string;
  readonly snaps: readonly string[];
  /** What went wrong: it has undone then what it had done. */
  readonly problem?: string;
}

const MOST = 1_000;
const LONGEST_PROBLEM = 2_000;
/** Of its changes' kinds those that alter what is installed, and not settings, connections or services. */
const KINDS = /^(?:auto-refresh|(?:install|try|refresh|revert|remove|enable|disable)-snap)$/;

/**
 * The current revision of each snap, or all that snapd keeps, those of one snap in the order they came in: GET /v2/snaps (snapcraft.io/docs/snapd-rest-api);
 * needs no right.
 */
export async function snapRevisions(
  socket: string,
  which: 'current' | 'all',
  signal: AbortSignal,
): Promise<SnapRevision[]> {
  const path = which === 'all' ? '/v2/snaps?select=all' : '/v2/snaps';
  const { result } = (await ask(socket, path, signal)) as { result?: unknown };
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

/** What snapd did lately and does, the latest last; it forgets after some days: GET /v2/changes, which needs no right either. */
export async function snapdChanges(socket: string, signal: AbortSignal): Promise<SnapdChange[]> {
  const { result } = (await ask(socket, '/v2/changes?select=all', signal)) as { result?: unknown };
  return list(result)
    .flatMap((one): SnapdChange[] => {
      const start = instantOf(one['spawn-time']);
      if (start === undefined || !KINDS.test(String(one.kind))) return [];
      const end = one.ready === true ? (instantOf(one['ready-time']) ?? start) : undefined;
      return [
        {
          start,
          ...(end !== undefined && { end }),
          summary: oneLine(String(one.summary)),
          snaps: snapsOf(one),
          ...(end !== undefined && one.status !== 'Done' && { problem: problemOf(one) }),
        },
      ];
    })
    .sort((a, b) => a.start - b.start);
}

/** Of most changes only the summary names the snap: `Refresh "hello" snap`. */
function snapsOf({ data, summary }: Readonly<Record<string, unknown>>): readonly string[] {
  const { 'snap-names': many, 'snap-name': one } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const quoted = [...String(summary).matchAll(/"([a-z0-9_-]{1,80})"/g)].map(([, name]) => name);
  const names = [...(Array.isArray(many) ? many.slice(0, MOST) : [one]), ...quoted];
  return [...new Set(names.filter((name) => typeof name === 'string').map((name) => oneLine(name)))];
}

function problemOf({ err, status }: Readonly<Record<string, unknown>>): string {
  if (typeof err !== 'string' || err === '') return oneLine(`it ended as ${status}`);
  return plainText(err.replace(/^cannot perform the following tasks:\n/, ''), LONGEST_PROBLEM).trimEnd();
}

function list(result: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(result)) throw new Error('snapd answers something else than a list');
  return result.slice(0, MOST).filter((one) => typeof one === 'object' && one !== null);
}

function instantOf(text: unknown): Instant | undefined {
  const at = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
