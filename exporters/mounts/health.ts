import { spanInWords } from '../../model/time.ts';
import type { Figures } from './answer.ts';
import type { Outcome } from './asking.ts';
import type { Mount } from './mountinfo.ts';
import type { Watched } from './watched.ts';

/** What is concluded of one mount point. */
export interface Health {
  readonly point: string;
  /** What is mounted there, or was last. */
  readonly mount?: Mount;
  /** Well; not well; or nobody can know. */
  readonly state: 'healthy' | 'unhealthy' | 'unknown';
  /** Why it is not healthy or nobody can know, the same words as long as it is the same trouble. Empty when it is, or may be known soon. */
  readonly reason: string;
  /** How full it is, when it answered. */
  readonly figures?: Figures;
  /** Why there are no figures, in node_exporter's words. Absent where that is not the file system's fault. */
  readonly deviceError?: string;
  readonly tookMs?: number;
}

export interface Rules {
  readonly timeoutMs: number;
  readonly writable: readonly string[];
  /** What was mounted last where something should be: its series go on under their labels while it is not. */
  readonly before: ReadonlyMap<string, Mount>;
}

/** The system's words for having no right to look, as at a mount of another user's FUSE program: no fault of the file system. */
const NO_RIGHT = new Set(['permission denied', 'operation not permitted', 'no such file or directory']);

/** Concludes what is to be said of every mount point that is watched. */
export function judgeMounts(watched: Watched, outcomes: ReadonlyMap<string, Outcome>, rules: Rules): Health[] {
  return [
    ...watched.mounts.map((mount) => judgeMount(mount, outcomes.get(mount.point), rules)),
    ...[...watched.absent].map(([point, reason]): Health => {
      const mount = rules.before.get(point);
      return { point, state: 'unhealthy', reason, ...(mount !== undefined && { mount }) };
    }),
  ];
}

function judgeMount(mount: Mount, outcome: Outcome | undefined, rules: Rules): Health {
  const { point } = mount;
  if (outcome === undefined) return { point, mount, state: 'unknown', reason: '' };
  if (outcome.answer === undefined) {
    const tookMs = outcome.waitedMs;
    if (tookMs < rules.timeoutMs) return { point, mount, state: 'unknown', reason: '', tookMs };
    const reason = `no answer for ${spanInWords(rules.timeoutMs)}`;
    return { point, mount, state: 'unhealthy', reason, deviceError: 'mountpoint timeout', tookMs };
  }
  const { answer, tookMs } = outcome;
  if ('error' in answer) {
    const state = NO_RIGHT.has(answer.error) ? 'unknown' : 'unhealthy';
    return { point, mount, state, reason: answer.error, deviceError: inGo(answer.error), tookMs };
  }
  const reason = readOnlyReason(mount, rules);
  return { point, mount, state: reason === '' ? 'healthy' : 'unhealthy', reason, figures: answer.figures, tookMs };
}

function readOnlyReason({ readOnly, lostWriting, point }: Mount, { writable }: Rules): string {
  if (lostWriting) return 'read-only, though it was mounted to be written to';
  return readOnly && writable.includes(point) ? 'read-only' : '';
}

/** node_exporter has its words from Go, which has one of its own: zerrors_linux_amd64.go. */
function inGo(error: string): string {
  return error === 'stale file handle' ? 'stale NFS file handle' : error;
}
