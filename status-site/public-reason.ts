/** What a reason may look like on a page that anyone can read: see docs/status-page.md. */

const LONGEST = 200;
/** Control characters, line and paragraph separators, and everything that turns the direction of text or is not seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]+/gu;
const MARKS = /(\p{M}{3})\p{M}+/gu;

/** Units of systemd have names like a host's, and some like an address. */
const UNIT =
  /(?<![\w.@-])[\w:.@\\-]+\.(?:service|socket|timer|path|mount|automount|swap|target|slice|scope|device)(?![\w-]|\.\w)/g;

const HIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w+/=.~-]{6,}/gi, '$1 …'],
  [/\b(pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|key|auth(?:orization)?)(\s*[=:]\s*)\S+/gi, '$1$2…'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi, 'an address'],
  [/[^\s"'<>()@]+@[\w-]+(?:\.[\w-]+)+/g, 'an address'],
  [/\[[0-9a-f:.%\w]*:[0-9a-f:.%\w]*\](?::\d+)?/gi, 'an address'],
  [/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?::\d+)?(?![\w.]\d)/g, 'an address'],
  // IPv6 and MAC, but not a time of day: `::` somewhere, or three groups and more.
  [
    /(?<![\w:])(?=[0-9a-f:]*::|(?:[0-9a-f]{1,4}:){3})(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{0,4}|an address)(?:%\w+)?(?![\w:])/gi,
    'an address',
  ],
  [/(?<![\w/])~?(?:\/[\w.@%+~-]+)+\/?/g, 'a path'],
  [/\b[A-Z]:\\[^\s"']+/g, 'a path'],
  [/\blocalhost(?::\d+)?\b/gi, 'a host'],
  [/(?<![\w.-])(?!(?:status|code|exit|line|error):)[a-z][a-z0-9-]*:\d{2,5}\b/gi, 'a host'],
];
const HOST = /(?<![\w.@-])(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9](?::\d{1,5}\b)?(?![\w-])/gi;
/** Where something is says nothing once the address is gone: `connection refused by an address`. */
const WHERE = / (?:by|to|from|at|of|with|on|for) (?:an address|a host)(?![\w-])/g;
/** The name that was asked of a name server: its monitor's title stands beside it anyway. */
const ASKED = /^a host ([A-Z]+): /;
const LONG_TOKEN = /[\w+/=-]{24,}/g;

/** What may be said and what may not, drawn from the config. */
export interface ReasonRules {
  /** Names and titles of monitors that are not public. */
  readonly unspoken: readonly string[];
  /** Public texts; a host name that stands in one of them may be said. */
  readonly spoken: readonly string[];
}

/**
 * Makes a function that gives a reason's public form: one line of at most 200 characters, without control or direction
 * characters, addresses, hosts, paths, secrets, long tokens, or names of monitors that are not public.
 */
export function publicReasons(rules: ReasonRules): (reason: string) => string {
  const unspoken = unspokenPattern(rules.unspoken);
  const spoken = rules.spoken.join('\n').toLowerCase();
  return (reason) => {
    let text = oneLine(reason.slice(0, 10 * LONGEST));
    if (unspoken !== undefined) text = text.replace(unspoken, 'something not shown here');
    text = text.replace(UNIT, (unit) => (spoken.includes(unit.toLowerCase()) ? unit : 'a unit'));
    for (const [pattern, instead] of HIDDEN) text = text.replace(pattern, instead);
    text = text.replace(HOST, (host) => (spoken.includes(host.toLowerCase()) ? host : 'a host'));
    text = text.replace(WHERE, '').replace(ASKED, '$1 ');
    text = text.replace(LONG_TOKEN, (token) => (/\d/.test(token) ? '…' : token));
    return shortened(text.trim(), LONGEST);
  };
}

/** Text from outside on one line, without what cannot be seen. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, ' ').replace(MARKS, '$1').replace(/\s+/g, ' ').trim();
}

/** The text with at most `most` characters; where it was cut there is `…`. */
export function shortened(text: string, most: number): string {
  const letters = Array.from(text);
  return letters.length <= most
    ? text
    : `${letters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}

function unspokenPattern(names: readonly string[]): RegExp | undefined {
  const written = [...new Set(names.filter((name) => name.trim() !== ''))].sort((a, b) => b.length - a.length);
  if (written.length === 0) return undefined;
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${written.map(RegExp.escape).join('|')})(?![\\p{L}\\p{N}])`, 'giu');
}
