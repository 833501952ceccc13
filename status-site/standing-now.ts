import type { SignalState } from '../draw/palette.ts';
import type { Reason } from '../model/reason.ts';
import type { Blindness, Stand, Standing } from '../model/standing.ts';
import { type Instant, SECOND, spanInWords } from '../model/time.ts';
import { momentWords, shortened, tied } from './words.ts';

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

/** The ledger writes down ten seconds late until when a finding counts; as its own timeline, the page waits a little longer. */
const FLUSH_GRACE_MS = 15 * SECOND;

/** Reads a stand as of `now`; `observed` tells whether it was seen at all in the days shown, and `publicForm` makes its reason fit to be shown. */
export function standingNow(
  stand: Stand | undefined,
  now: Instant,
  observed: boolean,
  publicForm: (reason: Reason) => string,
): StandingNow {
  if (stand === undefined || (stand.blind === 'unwatched' && !observed))
    return { standing: 'unknown', reason: 'not checked yet' };
  const unknown = stand.standing === 'unknown';
  if (stand.blind === 'unwatched' || stand.freshUntil + FLUSH_GRACE_MS < now) {
    const until = stand.blind === 'unwatched' ? stand.since : stand.freshUntil;
    const reason = `nobody has looked since ${momentWords(until, now).words}`;
    return { standing: 'unknown', since: until, reason, blind: 'unwatched', lookedUntil: until };
  }
  return {
    standing: stand.standing,
    since: stand.since,
    reason: publicForm(stand.reason),
    blind: stand.blind,
    flapping: stand.flapping,
    lookedUntil: unknown ? stand.since : stand.freshUntil,
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
  const span = now.since === undefined ? '' : spanInWords(at - now.since);
  const reason = shortened(now.reason, LINE);
  if (now.flapping) return join(join('comes and goes', span && `for ${span}`, ', '), reason);
  if (now.standing === 'up')
    return join(reason, usualMs === undefined ? '' : `usually ${spanInWords(usualMs)}`) || 'working';
  if (now.standing !== 'unknown') return join(`${now.standing} ${span}`, reason);
  if (now.since === undefined || now.blind === 'unwatched') return reason;
  return join(reason || 'not seen', `for ${span}`);
}

/** A reason is shorter here than on the monitor's own page. */
const LINE = 90;

function join(first: string, second: string, by = ' · '): string {
  return tied(first === '' || second === '' ? first + second : first + by + second);
}
