import { type Instant, MINUTE } from '../../model/time.ts';

const AT_ONCE = 10;

/**
 * Tells of refusals so that a stranger who tries names and tokens all night cannot fill the log: each name once a minute,
 * and ten names a minute in all. How many went unsaid is said with the next.
 */
export function tellOfRefusals(
  tell: (name: string, why: string) => void,
): (at: Instant, name: string, why: string) => void {
  let minute = Number.NaN;
  let unsaid = 0;
  const said = new Set<string>();
  return (at, name, why) => {
    if (Math.floor(at / MINUTE) !== minute) {
      minute = Math.floor(at / MINUTE);
      said.clear();
    }
    if (said.has(name) || said.size >= AT_ONCE) {
      unsaid++;
      return;
    }
    said.add(name);
    tell(name, unsaid === 0 ? why : `${why} (and ${unsaid} more refusals since the last one said)`);
    unsaid = 0;
  };
}
