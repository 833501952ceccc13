import type { SignalState } from '../draw/palette.ts';
import type { Blindness, Stand, Standing } from '../model/standing.ts';
import { type Instant, spanInWords } from '../model/time.ts';
import { clockTime } from './words.ts';

/** How a monitor stands at the moment the page is made: a stand whose finding no longer counts has become unknown. */
export interface StandingNow {
  readonly standing: Standing;
  /** Undefined while it has never been checked. */
  readonly since?: Instant | undefined;
  readonly reason: string;
  readonly blind?: Blindness | undefined;
  readonly flapping?: boolean | undefined;
  /** When it was last known how it stands. */
  readonly lookedUntil?: Instant | undefined;
}

/** Reads a stand as of `now`; `publicForm` makes its reason fit to be shown. */
export function standingNow(
  stand: Stand | undefined,
  now: Instant,
  publicForm: (reason: string) => string,
): StandingNow {
  if (stand === undefined) return { standing: 'unknown', reason: 'not checked yet' };
  if (stand.freshUntil < now && stand.standing !== 'unknown') {
    const reason = `nobody has looked since ${clockTime(stand.freshUntil)}`;
    return { standing: 'unknown', since: stand.freshUntil, reason, blind: 'unwatched', lookedUntil: stand.freshUntil };
  }
  return {
    standing: stand.standing,
    since: stand.since,
    reason: publicForm(stand.reason),
    blind: stand.blind,
    flapping: stand.flapping,
    lookedUntil: stand.standing === 'unknown' ? stand.since : stand.freshUntil,
  };
}

const WORST: readonly Standing[] = ['down', 'degraded', 'unknown', 'up'];

/** The worst of several standings; unknown when there is none. */
export function worstOf(standings: Iterable<Standing>): Standing {
  const all = new Set(standings);
  return WORST.find((one) => all.has(one)) ?? 'unknown';
}

/** The state as a word for who cannot see the arm: `Down`, `Comes and goes`, `Not reachable`. */
export function stateWord(now: StandingNow): string {
  if (now.flapping) return 'Comes and goes';
  if (now.standing !== 'unknown') return { up: 'Up', degraded: 'Degraded', down: 'Down' }[now.standing];
  return now.blind === 'unreachable' ? 'Not reachable' : 'Not seen';
}

/** The arm of a standing. */
export function stateOf(now: StandingNow): SignalState {
  return now.standing;
}

/** The line under a name: `down 13 min · 502 Bad Gateway`, `200 OK · usually 128 ms`. */
export function reasonWords(now: StandingNow, at: Instant, usualMs: number | undefined): string {
  const span = now.since === undefined ? '' : ` ${spanInWords(at - now.since)}`;
  if (now.flapping) return join(`comes and goes${span === '' ? '' : `, for${span}`}`, now.reason);
  if (now.standing === 'up')
    return join(now.reason, usualMs === undefined ? '' : `usually ${spanInWords(usualMs)}`) || 'working';
  if (now.standing !== 'unknown') return join(`${now.standing}${span}`, now.reason);
  if (now.since === undefined || now.blind === 'unwatched') return now.reason || 'not seen';
  return join(now.reason || 'not seen', `for${span}`);
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
