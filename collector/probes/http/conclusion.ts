import { oneLine } from '../../../model/outside-text.ts';
import type { ProbeContext } from '../../../model/probe.ts';
import { type Reason, reason, targetAfter } from '../../../model/reason.ts';
import { BodyText } from './body-text.ts';
import { type Decoded, decode, Undecodable } from './decode.ts';
import type { Exchange } from './exchange.ts';
import type { Miss } from './expectation.ts';
import { shownUrl } from './hiding.ts';
import type { StatusRange } from './http-spec.ts';
import type { Journey } from './journey.ts';
import type { Prepared } from './prepared.ts';
import { locationOf } from './response-words.ts';
import { isWanted, statusInWords, wantedInWords } from './status-words.ts';

/** What a journey amounts to. */
export interface Conclusion {
  readonly verdict: 'up' | 'degraded' | 'down' | 'unknown';
  readonly reason: Reason;
  /** Everything else that is wrong. */
  readonly also: readonly Reason[];
  /** The body as far as it was kept and decoded. */
  readonly body?: BodyText;
  /** The body or a header was not as expected. */
  readonly contentMissed: boolean;
}

const FINE: readonly StatusRange[] = [{ from: 200, to: 299 }];

/** Judges a journey by what was expected of it. */
export async function conclude(prepared: Prepared, journey: Journey, context: ProbeContext): Promise<Conclusion> {
  const last = journey.exchanges.at(-1);
  const response = last?.response;
  const decoded = last?.body === undefined ? undefined : await decoding(last, prepared);
  const body = decoded instanceof BodyText ? decoded : undefined;
  const seen = { also: [], contentMissed: false, ...(body && { body }) };
  if (journey.trouble !== undefined)
    return { ...seen, verdict: last?.ours ? 'unknown' : 'down', reason: journey.trouble };
  if (last === undefined || response === undefined)
    throw new Error('a journey ended without trouble and without a response');

  const misses: Miss[] = [];
  const status = missedStatus(prepared, last);
  if (status !== undefined) misses.push({ reason: status });
  if (decoded !== undefined && !(decoded instanceof BodyText)) misses.push({ reason: decoded, content: true });
  if (body !== undefined) {
    for (const expectation of prepared.expectations) {
      const pending = expectation({ response, body }, context.signal);
      const miss = pending instanceof Promise ? await pending : pending;
      if (miss !== undefined) misses.push(miss);
    }
  }
  return { ...seen, ...verdictOf(journey, misses) };
}

/** The decoded body, or why it does not decode. */
async function decoding({ response, body }: Exchange, prepared: Prepared): Promise<BodyText | Reason> {
  const raw = body?.bytes() ?? Buffer.alloc(0);
  const encoding = response?.headers['content-encoding'];
  const type = response?.headers['content-type'];
  const plain: Decoded = { bytes: raw, cut: body?.whole === false };
  if (encoding === undefined) return new BodyText(plain, type);
  try {
    return new BodyText(await decode(raw, encoding, plain.cut, prepared.spec.max_body), type);
  } catch (error) {
    if (error instanceof Undecodable) return error.reason;
    throw error;
  }
}

function missedStatus(prepared: Prepared, last: Exchange): Reason | undefined {
  const wanted = prepared.spec.expect?.status;
  if (isWanted(last.response?.statusCode ?? 0, wanted ?? FINE)) return undefined;
  const came = statusInWords(last.response);
  if (wanted !== undefined) return reason`status ${came}, wanted ${wantedInWords(wanted)}`;
  const to = locationOf(last);
  if (to === undefined) return came;
  return reason`${came}${targetAfter(' to ', oneLine(shownUrl(to), 160))}, which is not followed`;
}

type Verdict = Pick<Conclusion, 'verdict' | 'reason' | 'also' | 'contentMissed'>;

function verdictOf(journey: Journey, misses: readonly Miss[]): Verdict {
  const last = journey.exchanges.at(-1);
  const hops = journey.exchanges.length - 1;
  const hard = misses.filter((miss) => !miss.untold);
  const [first, ...rest] = [...hard, ...misses.filter((miss) => miss.untold)];
  if (first !== undefined) {
    return {
      verdict: first.untold ? 'unknown' : 'down',
      reason:
        hops === 0 ? first.reason : reason`${first.reason}, after a redirect${targetAfter(' to ', whereTo(journey))}`,
      also: rest.map((miss) => miss.reason),
      contentMissed: misses.some((miss) => miss.content),
    };
  }
  const after = hops === 0 ? [] : reason` after ${hops} redirect${hops === 1 ? '' : 's'}`;
  const fine = reason`${statusInWords(last?.response)}${after}`;
  const worry = journey.exchanges.find((run) => run.worry !== undefined)?.worry;
  if (worry !== undefined) return { verdict: 'degraded', reason: worry, also: [fine], contentMissed: false };
  return { verdict: 'up', reason: fine, also: [], contentMissed: false };
}

function whereTo(journey: Journey): string {
  const url = journey.exchanges.at(-1)?.target.url;
  return url === undefined ? 'nowhere' : oneLine(shownUrl(url), 160);
}
