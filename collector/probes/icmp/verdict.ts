import type { Verdict } from '../../../model/finding.ts';
import { ours, quoteAfter, type Reason, reason, span } from '../../../model/reason.ts';
import { type Burst, figuresOf, lossOf } from './burst.ts';
import type { IcmpSpec } from './spec.ts';

/** Judges a burst by its loss. */
export function judgeBurst(burst: Burst, limits: IcmpSpec['loss']): { verdict: Verdict; reason: Reason } {
  const loss = lossOf(burst);
  // Shares of small numbers are not exact in binary: 1 - 3/5 is a little more than 0.4.
  const reaches = (limit: number) => loss >= limit - 1e-9;
  const verdict = reaches(limits.down) ? 'down' : reaches(limits.degraded) ? 'degraded' : 'up';
  return { verdict, reason: reasonFor(burst) };
}

function reasonFor(burst: Burst): Reason {
  const { sent, roundTripsMs, complaint } = burst;
  const figures = figuresOf(roundTripsMs);
  const said = complaint === undefined ? [] : [quoteAfter(': ', complaint)];
  if (figures === undefined) return reason`no answer to ${ours(sent === 1 ? 'the ping' : `${sent} pings`)}${said}`;
  const took = reason`${span(figures.avg)} on average`;
  const lost = sent - roundTripsMs.length;
  if (lost > 0) return reason`${lost} of ${sent} pings lost, ${took}${said}`;
  return sent === 1 ? reason`answered in ${span(figures.avg)}` : reason`all ${sent} answered, ${took}`;
}
