import type { SiteSpec } from '../model/page.ts';
import type { Reason, ReasonPart } from '../model/reason.ts';
import type { Instant } from '../model/time.ts';
import { momentWords, oneLine, shortened } from './words.ts';

const LONGEST = 200;
/** Said of a monitor that is not public, not under that name, or not there any more: which of these is nobody's business either. */
const NOT_SHOWN = 'something it needs';

/**
 * Makes a function that composes a reason's public form from what may be said, see docs/status-page.md: one line of at most 200
 * characters. Instants are in UTC and say so, as far as they differ from `now`.
 */
export function publicReasons(spec: SiteSpec, now: Instant): (reason: Reason) => string {
  const titles = new Map(spec.monitors.map((one) => [one.name, oneLine(one.title) || one.name]));
  const said = [spec.title, ...spec.monitors.flatMap((one) => [one.name, one.title])].map(oneLine).join('\n');

  function publicPart(part: ReasonPart): string {
    if (typeof part === 'string') return part;
    if ('monitor' in part) return titles.get(part.monitor) ?? NOT_SHOWN;
    if ('at' in part) return momentWords(part.at, now, part.seconds).words;
    if ('target' in part && isSaid(part.target, said)) return (part.lead ?? '') + part.target;
    return part.instead ?? '';
  }

  return (reason) => {
    const first = reason.findIndex((part) => typeof part === 'object' && 'at' in part);
    const words = reason.map((part, index) => (index === first ? `${publicPart(part)} UTC` : publicPart(part)));
    return shortened(oneLine(words.join('')), LONGEST);
  };
}

/** Whether a text stands in another as a word or words of its own. */
function isSaid(text: string, whole: string): boolean {
  if (text.trim() === '') return false;
  const alone = `(?<![\\p{L}\\p{N}_.-])${RegExp.escape(text)}(?![\\p{L}\\p{N}_-]|[.:][\\p{L}\\p{N}])`;
  return new RegExp(alone, 'iu').test(whole);
}
