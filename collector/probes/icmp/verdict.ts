import type { Verdict } from '../../../model/finding.ts';
import { spanInWords } from '../../../model/time.ts';
import { type Burst, figuresOf, lossOf } from './burst.ts';
import type { IcmpSpec } from './spec.ts';

/** Judges a burst by its loss. */
export function judgeBurst(burst: Burst, limits: IcmpSpec['loss']): { verdict: Verdict; reason: string } {
  const loss = lossOf(burst);
  // Shares of small numbers are not exact in binary: 1 - 3/5 is a little more than 0.4.
  const reaches = (limit: number) => loss >= limit - 1e-9;
  const verdict = reaches(limits.down) ? 'down' : reaches(limits.degraded) ? 'degraded' : 'up';
  return { verdict, reason: reasonFor(burst) };
}

function reasonFor(burst: Burst): string {
  const { sent, roundTripsMs, complaint } = burst;
  const figures = figuresOf(roundTripsMs);
  const said = complaint === undefined ? '' : `: ${complaint}`;
  if (figures === undefined) return `no answer to ${sent === 1 ? 'the ping' : `${sent} pings`}${said}`;
  const took = `${spanInWords(figures.avg)} on average`;
  const lost = sent - roundTripsMs.length;
  if (lost > 0) return `${lost} of ${sent} pings lost, ${took}${said}`;
  return sent === 1 ? `answered in ${spanInWords(figures.avg)}` : `all ${sent} answered, ${took}`;
}
