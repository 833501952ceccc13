import { type LineStep, scaleTop, type Trouble } from '../draw/line.ts';
import { LATENCY_CODES, type LatencyHistogram, latencyCode, quantile } from '../model/latency.ts';
import type { CheckMark } from '../model/ledger.ts';
import type { SiteMonitor } from '../model/page.ts';
import { DAY, type Instant, MINUTE, spanInWords } from '../model/time.ts';
import { latencySentence } from './latency-words.ts';
import type { LatencyData } from './page-data.ts';
import { clockTime, isoSeconds, listWords } from './words.ts';

const STEP_MS = 6 * MINUTE;
const WORSE: readonly Trouble[] = ['unknown', 'degraded', 'down'];

/** The last day's latency: words, scale and a line with gaps where nothing was measured; and the day's histogram. */
export function latencyOf24h(
  marks: readonly CheckMark[],
  monitor: Pick<SiteMonitor, 'everyMs' | 'traits'>,
  now: Instant,
): { readonly data: LatencyData; readonly histogram: LatencyHistogram } {
  // A step at least twice as long as the interval, so that a gap is a gap and not the time between two checks.
  const stepMs = Math.max(STEP_MS, 2 * monitor.everyMs);
  const count = Math.ceil(DAY / stepMs);
  const from = now - count * stepMs;
  const histogram = new Array<number>(LATENCY_CODES).fill(0);
  const measured: number[][] = Array.from({ length: count }, () => []);
  const trouble = new Array<Trouble | undefined>(count).fill(undefined);
  for (const mark of marks) {
    const step = Math.min(count - 1, Math.floor((mark.at - from) / stepMs));
    if (step < 0) continue;
    if (mark.verdict !== 'up' && isWorse(mark.verdict, trouble[step])) trouble[step] = mark.verdict;
    if (mark.latencyMs === undefined) continue;
    const code = latencyCode(mark.latencyMs);
    histogram[code] = (histogram[code] ?? 0) + 1;
    measured[step]?.push(mark.latencyMs);
  }
  const steps = measured.map(stepOf);
  return { data: dataOf(steps, trouble, histogram, monitor.traits.latencyIsRunTime === true, now), histogram };
}

function isWorse(verdict: Trouble, than: Trouble | undefined): boolean {
  return than === undefined || WORSE.indexOf(verdict) > WORSE.indexOf(than);
}

function stepOf(measured: number[]): LineStep | undefined {
  if (measured.length === 0) return undefined;
  const sorted = measured.sort((a, b) => a - b);
  const [low, middle, high] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return low === undefined || middle === undefined || high === undefined ? undefined : { low, middle, high };
}

function dataOf(
  steps: readonly (LineStep | undefined)[],
  trouble: readonly (Trouble | undefined)[],
  histogram: LatencyHistogram,
  isRun: boolean,
  now: Instant,
): LatencyData {
  const title = isRun ? 'Run time' : 'Latency';
  const drawn = steps.filter((step) => step !== undefined);
  const [half, most] = [quantile(histogram, 0.5), quantile(histogram, 0.99)];
  if (drawn.length < 2 || half === undefined || most === undefined)
    return { title, words: 'Too little was measured in the last 24 hours to draw a line.', scale: [], times: [] };
  const slowest = Math.max(...drawn.map((step) => step.high));
  const words = latencySentence(isRun ? 'runs' : 'answers', half, most, slowest);
  const top = scaleTop(1.15 * Math.max(...drawn.map((step) => step.middle)));
  return {
    title,
    words: words + markedWords(trouble),
    drawing: { steps, trouble, top, label: `${title} of the last 24 hours. ${words}` },
    scale: [top, top / 2, 0].map((ms) => (ms === 0 ? '0' : spanInWords(ms))),
    times: [24, 18, 12, 6, 0].map((hours) => {
      const at = now - hours * 60 * MINUTE;
      return { iso: isoSeconds(at), words: clockTime(at) };
    }),
  };
}

function markedWords(trouble: readonly (Trouble | undefined)[]): string {
  const seen = WORSE.toReversed().filter((one) => trouble.includes(one));
  const names = seen.map((one) => (one === 'unknown' ? 'not seen' : one));
  return names.length === 0 ? '' : ` Marked along the foot: when it was ${listWords(names)}.`;
}
