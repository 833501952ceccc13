import type { Blindness, Standing } from '../model/standing.ts';
import type { Instant } from '../model/time.ts';
import { listWords, momentWords } from './words.ts';

/** What the sentence needs to know of a monitor. */
export interface Subject {
  readonly title: string;
  readonly standing: Standing;
  readonly blind?: Blindness | undefined;
  readonly flapping?: boolean | undefined;
  /** When it was last known how it stands; undefined while it never was. */
  readonly lookedUntil?: Instant | undefined;
}

const NAMED = 3;

/** The one sentence that a tired person reads first: what is wrong, worst first, and whether the rest is well. Pure. */
export function composeSentence(subjects: readonly Subject[], now: Instant): string {
  if (subjects.length === 0) return 'No monitor is shown here.';
  return nobodyLooked(subjects, now) ?? whatIsWrong(subjects);
}

/** The sentence of a monitor's own page. */
export function composeOwnSentence(one: Subject, now: Instant): string {
  if (one.standing === 'unknown' && one.blind === 'unwatched' && one.lookedUntil !== undefined)
    return `Nobody has looked at ${one.title} since ${since(one.lookedUntil, now)}.`;
  const clause = CLAUSES.find(({ holds }) => holds(one));
  return clause === undefined ? `${one.title} is working.` : `${one.title} ${clause.one}.`;
}

function nobodyLooked(subjects: readonly Subject[], now: Instant): string | undefined {
  const looked = subjects.flatMap((one) => one.lookedUntil ?? []);
  if (looked.length === 0 || subjects.some((one) => one.standing !== 'unknown')) return undefined;
  const blind = (kind: Blindness) => subjects.every((one) => one.blind === kind || one.lookedUntil === undefined);
  if (blind('unwatched')) return `Nobody has looked since ${since(Math.max(...looked), now)}.`;
  if (blind('offline'))
    return `Our monitoring is offline since ${since(Math.min(...looked), now)}. How things are, nobody knows.`;
  return undefined;
}

function since(at: Instant, now: Instant): string {
  return momentWords(at, now).words;
}

interface Clause {
  readonly holds: (one: Subject) => boolean;
  readonly one: string;
  readonly many: string;
  readonly all: string;
}

const CLAUSES: readonly Clause[] = [
  {
    holds: (one) => one.flapping === true,
    one: 'comes and goes',
    many: 'come and go',
    all: 'Everything comes and goes.',
  },
  { holds: (one) => one.standing === 'down', one: 'is down', many: 'are down', all: 'Everything is down.' },
  {
    holds: (one) => one.standing === 'degraded',
    one: 'is degraded',
    many: 'are degraded',
    all: 'Everything is degraded.',
  },
  {
    holds: neverChecked,
    one: 'has not been checked yet',
    many: 'have not been checked yet',
    all: 'Nothing has been checked yet.',
  },
  {
    holds: (one) => one.standing === 'unknown',
    one: 'cannot be seen',
    many: 'cannot be seen',
    all: 'Nothing can be seen.',
  },
];

function neverChecked(one: Subject): boolean {
  return one.standing === 'unknown' && one.lookedUntil === undefined;
}

/** Down is said before what flaps, though what flaps is taken out of the down first. */
const ORDER = [1, 0, 2, 4, 3];

function whatIsWrong(subjects: readonly Subject[]): string {
  const taken = CLAUSES.map((): string[] => []);
  for (const one of subjects) taken[CLAUSES.findIndex((clause) => clause.holds(one))]?.push(one.title);
  const wrong = taken.reduce((sum, titles) => sum + titles.length, 0);
  if (wrong === 0) return 'Everything is working.';
  const sentences = ORDER.flatMap((index) => {
    const [clause, titles] = [CLAUSES[index], taken[index]];
    return clause === undefined || titles === undefined || titles.length === 0
      ? []
      : [say(clause, titles, subjects.length)];
  });
  if (wrong < subjects.length) sentences.push('Everything else is working.');
  return sentences.join(' ');
}

function say(clause: Clause, titles: readonly string[], total: number): string {
  if (titles.length === total && (total > 1 || clause.holds === neverChecked)) return clause.all;
  if (titles.length === 1) return `${titles[0]} ${clause.one}.`;
  if (titles.length <= NAMED) return `${listWords(titles)} ${clause.many}.`;
  const rest = titles.length - NAMED;
  return `${titles.length} of ${total} ${clause.many}: ${listWords([...titles.slice(0, NAMED), `${rest} more`])}.`;
}
