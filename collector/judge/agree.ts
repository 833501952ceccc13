import type { Agreement } from '../../model/monitor.ts';
import { joinReasons, type Reason, reason } from '../../model/reason.ts';
import type { Blindness, Stand, Standing } from '../../model/standing.ts';
import { placeInWords } from '../vantage/kinds.ts';

/** What several vantages say together. */
export interface Agreed {
  readonly standing: Standing;
  readonly reason: Reason;
  readonly blind?: Blindness;
  readonly flapping?: boolean;
}

const STANDINGS_BY_WEIGHT: readonly Standing[] = ['down', 'degraded', 'unknown', 'up'];
const BLINDNESS_BY_WEIGHT: readonly Blindness[] = ['offline', 'unreachable', 'unable', 'unwatched'];

/**
 * The monitor's own standing, from those of its vantages. It is down when any, most or all of the vantages that can see
 * say so; when some do but too few, or fail too often, it is degraded, in the words of all. Vantages that cannot see have no vote.
 */
export function agree(stands: readonly Stand[], agreement: Agreement): Agreed {
  const seeing = stands.filter((one) => one.standing !== 'unknown');
  const flapping = stands.some((one) => one.flapping) && { flapping: true };
  if (seeing.length === 0) return { ...blindTogether(stands), ...flapping };
  const [first] = stands;
  if (stands.length === 1 && first) return { standing: first.standing, reason: first.reason, ...flapping };
  const enough = agreement === 'any' ? 1 : agreement === 'all' ? seeing.length : Math.floor(seeing.length / 2) + 1;
  const down = seeing.filter((one) => one.standing === 'down').length;
  const bad = seeing.filter((one) => one.standing !== 'up').length;
  const fails = down > 0 || seeing.some((one) => one.tally?.failing !== undefined);
  const standing = down >= enough ? 'down' : fails || bad >= enough ? 'degraded' : 'up';
  return { standing, reason: inWords(stands), ...flapping };
}

function blindTogether(stands: readonly Stand[]): Agreed {
  for (const blind of BLINDNESS_BY_WEIGHT) {
    const found = stands.find((one) => one.blind === blind);
    if (found) return { standing: 'unknown', reason: found.reason, blind };
  }
  return { standing: 'unknown', reason: ['not checked yet'], blind: 'unwatched' };
}

/** One reason when all agree, else each vantage's, the worst first: `down from outside: timeout; fine from here`. */
function inWords(stands: readonly Stand[]): Reason {
  const [first, ...others] = stands;
  if (first === undefined) return ['not checked yet'];
  if (others.every((one) => one.standing === first.standing)) return first.reason;
  const worstFirst = STANDINGS_BY_WEIGHT.flatMap((standing) => stands.filter((one) => one.standing === standing));
  return joinReasons(worstFirst.map(saidFrom), '; ');
}

function saidFrom({ standing, vantage, reason: why }: Stand): Reason {
  const place = placeInWords(vantage);
  return standing === 'up' ? reason`fine from ${place}` : reason`${standing} from ${place}: ${why}`;
}
