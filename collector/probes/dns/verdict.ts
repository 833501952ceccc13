import type { Verdict } from '../../../model/finding.ts';
import { oneLine } from '../../../model/outside-text.ts';
import {
  joinReasons,
  ours,
  quote,
  quoteAfter,
  type Reason,
  reason,
  target,
  targetAfter,
} from '../../../model/reason.ts';
import { boundedPattern, PatternTooSlow } from '../bounded-pattern.ts';
import type { Asked } from './ask.ts';
import type { Reply } from './message.ts';
import { isRecord, recordText } from './record-text.ts';
import type { DnsSpec } from './spec.ts';

/** The texts of the answers of the type that was asked for; what leads there (CNAME) is left out. */
export function answersOf(reply: Reply, type: string): string[] {
  return reply.answers.filter((record) => record.type === type).map(recordText);
}

/** The zone's serial in a reply to a SOA question; undefined when there is none. */
export function serialOf(reply: Reply): number | undefined {
  for (const record of reply.answers) if (record.type === 'SOA') return record.data.serial;
  return undefined;
}

/** What is wrong with a reply, going on from the server's name; undefined when it is as wanted. */
export function complaint(reply: Reply, spec: Pick<DnsSpec, 'type' | 'expect'>): Reason | undefined {
  const { rcode = ['NOERROR'], contains, equals, matches } = spec.expect;
  const wantsAnswers =
    spec.expect.rcode === undefined || contains !== undefined || equals !== undefined || matches !== undefined;
  if (!rcode.some((code) => code === reply.rcode))
    return reason`${ours(reply.rcode)}, wanted ${ours(spec.expect.rcode === undefined ? 'an answer' : rcode.join(' or '))}`;
  if (!wantsAnswers || reply.rcode !== 'NOERROR') return undefined;
  const answers = answersOf(reply, spec.type);
  const has = (wanted: string) => answers.some((text) => isRecord(text, spec.type, wanted));
  if (answers.length === 0) return reason`no ${ours(spec.type)} record, wanted an answer`;
  const missing = [...(contains ?? []), ...(equals ?? [])].filter((wanted) => !has(wanted));
  if (missing.length > 0)
    return reason`${quote(missing.join(' and '), 'a record')} missing${quoteAfter(', the answer is ', list(answers))}`;
  const extra = equals && answers.filter((text) => !equals.some((wanted) => isRecord(text, spec.type, wanted)));
  if (extra !== undefined && extra.length > 0)
    return reason`${quote(list(extra), 'another record')} in the answer${quoteAfter(', wanted only ', `${equals?.join(', ')}`)}`;
  if (matches !== undefined && !answers.some(matching(matches)))
    return reason`no answer matches ${quote(matches, 'what is wanted')}${quoteAfter(', the answer is ', list(answers))}`;
  return undefined;
}

function matching(source: string): (text: string) => boolean {
  const match = boundedPattern(source);
  return (text) => match(text) !== undefined;
}

/** Texts of a reply for one line of a reason. */
export function list(texts: readonly string[]): string {
  const shown = texts.slice(0, 4).map((text) => oneLine(text, 80));
  return texts.length > 4 ? `${shown.join(', ')} and ${texts.length - 4} more` : shown.join(', ');
}

interface Judged {
  readonly verdict: Verdict;
  readonly reason: Reason;
}

/** Judges what all servers said: a wrong answer anywhere or silence everywhere is down; silence of some, or serials that differ, is degraded. */
export function judgeServers(asked: readonly Asked[], spec: DnsSpec, isEachNeeded: boolean): Judged {
  try {
    return judge(asked, spec, isEachNeeded);
  } catch (error) {
    if (error instanceof PatternTooSlow) return { verdict: 'unknown', reason: error.reason };
    throw error;
  }
}

function judge(asked: readonly Asked[], spec: DnsSpec, isEachNeeded: boolean): Judged {
  const several = asked.length > 1;
  const named = (one: Asked, words: Reason) => (several ? reason`${target(one.server, 'one')}: ${words}` : words);
  const wrong = asked.flatMap((one) => {
    const words = one.reply && complaint(one.reply, spec);
    return words === undefined ? [] : [named(one, words)];
  });
  if (wrong.length > 0) return { verdict: 'down', reason: joinReasons(wrong, '; ') };
  const silent = asked.filter((one) => one.reply === undefined);
  const failures = joinReasons(
    silent.map((one) => reason`${target(one.server, 'a name server')} ${one.failure ?? ['does not answer']}`),
    '; ',
  );
  const answered = asked.filter((one) => one.reply !== undefined);
  if (answered.length === 0)
    return { verdict: silent.every((one) => one.isOurs === true) ? 'unknown' : 'down', reason: failures };
  if (isEachNeeded && silent.length > 0) {
    const rest = answered.map((one) => one.server).join(', ');
    const others =
      answered.length === 1 ? reason`${target(rest, 'another')} does` : reason`${target(rest, 'others')} do`;
    return { verdict: 'degraded', reason: reason`${failures}; ${others}` };
  }
  return differingSerials(answered, spec) ?? { verdict: 'up', reason: inWords(answered, spec) };
}

function differingSerials(answered: readonly Asked[], spec: DnsSpec): Judged | undefined {
  if (spec.type !== 'SOA' || spec.same_serial === false) return undefined;
  const serials = answered.map((one) => ({ server: one.server, serial: one.reply && serialOf(one.reply) }));
  if (new Set(serials.map((one) => one.serial)).size < 2) return undefined;
  const words = serials.map((one) => reason`${target(one.server, 'one')} has ${one.serial ?? 'none'}`);
  return { verdict: 'degraded', reason: reason`serials differ: ${joinReasons(words, ', ')}` };
}

function inWords(answered: readonly Asked[], spec: DnsSpec): Reason {
  const [first] = answered;
  if (first?.reply === undefined) return ['answered'];
  const texts = answersOf(first.reply, spec.type);
  const from = answered.length === 1 ? [targetAfter(' from ', first.server)] : reason` from ${answered.length} servers`;
  const serial = serialOf(first.reply);
  if (serial !== undefined) return reason`serial ${serial}${from}`;
  return texts.length === 0
    ? reason`${ours(first.reply.rcode)}${from}`
    : reason`${quote(list(texts), 'answered')}${from}`;
}
