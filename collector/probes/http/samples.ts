import { sample } from '../../../model/metric.ts';
import { connection } from '../../../model/metrics/connection.ts';
import { http } from '../../../model/metrics/http.ts';
import type { Sample } from '../../../model/sample.ts';
import type { Instant } from '../../../model/time.ts';
import { tlsSamples } from '../tls/handshake.ts';
import type { Conclusion } from './conclusion.ts';
import type { Phase } from './exchange.ts';
import type { Journey } from './journey.ts';

/** Milliseconds by phase over all hops, in the order they happened. */
export function phasesOf(journey: Journey): Partial<Record<Phase, number>> {
  const sum: Partial<Record<Phase, number>> = {};
  for (const { phases } of journey.exchanges)
    for (const phase of Object.keys(phases) as Phase[]) sum[phase] = (sum[phase] ?? 0) + (phases[phase] ?? 0);
  return sum;
}

/** The numbers of one check, by blackbox_exporter's names. */
export function samplesOf(journey: Journey, conclusion: Conclusion, now: Instant): Sample[] {
  const last = journey.exchanges.at(-1);
  if (last === undefined) return [];
  const samples: Sample[] = [];
  const phases = phasesOf(journey);
  for (const phase of Object.keys(phases) as Phase[])
    samples.push(sample(http.duration, (phases[phase] ?? 0) / 1000, { phase }));
  samples.push(sample(connection.dnsLookupTime, (phases.resolve ?? 0) / 1000));
  if (last.peer !== undefined) samples.push(sample(connection.ipProtocol, last.peer.family));
  samples.push(
    sample(http.statusCode, last.response?.statusCode ?? 0),
    sample(http.redirects, journey.exchanges.length - 1),
    sample(http.ssl, last.secured === undefined ? 0 : 1),
    sample(http.failedDueToRegex, conclusion.contentMissed ? 1 : 0),
  );
  const { response } = last;
  if (response !== undefined) {
    const announced = response.headers['content-length'];
    samples.push(
      sample(http.version, Number(response.httpVersion)),
      sample(http.contentLength, announced === undefined ? -1 : Number(announced)),
      sample(http.uncompressedBodyLength, uncompressed(journey, conclusion)),
    );
    const modified = Date.parse(response.headers['last-modified'] ?? '');
    if (Number.isFinite(modified)) samples.push(sample(http.lastModified, modified / 1000));
  }
  if (last.secured !== undefined) samples.push(...tlsSamples(last.secured, now));
  return samples;
}

/** Without a coding the bytes that came are the body's, also where not all were kept. */
function uncompressed(journey: Journey, conclusion: Conclusion): number {
  const last = journey.exchanges.at(-1);
  const coded = last?.response?.headers['content-encoding'] !== undefined;
  return coded ? (conclusion.body?.bytes.length ?? 0) : (last?.body?.received ?? 0);
}
