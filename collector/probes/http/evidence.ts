import type { Evidence } from '../../../model/finding.ts';
import { plainText } from '../../../model/outside-text.ts';
import { reasonInWords } from '../../../model/reason.ts';
import { chainEvidence } from '../certificate.ts';
import { peerInWords } from '../connection-words.ts';
import type { Conclusion } from './conclusion.ts';
import { shownUrl } from './hiding.ts';
import type { Journey } from './journey.ts';
import { EVIDENCE_BODY, type Prepared } from './prepared.ts';
import { headersInWords, hopInWords } from './response-words.ts';
import { statusInWords } from './status-words.ts';

/** What is kept of an answer that was not as wanted, its secrets hidden, in the order to read it. */
export function evidenceOf(prepared: Prepared, journey: Journey, conclusion: Conclusion): Evidence {
  const { hide } = prepared;
  const last = journey.exchanges.at(-1);
  const evidence: Record<string, string | number | readonly string[]> = {};
  if (last === undefined) return evidence;
  if (conclusion.also.length > 0) evidence.also = conclusion.also.map((one) => hide(reasonInWords(one)));
  evidence.request = hide(`${last.target.method} ${shownUrl(last.target.url)}`);
  const hops = journey.exchanges.slice(0, -1).map((run) => hide(hopInWords(run)));
  if (hops.length > 0) evidence.redirects = hops;
  if (last.peer !== undefined) evidence.address = peerInWords({ address: last.peer.address, port: last.port });
  if (last.secured !== undefined) {
    evidence.tls = `${last.secured.version}, ${last.secured.cipher}`;
    Object.assign(evidence, chainEvidence(last.secured.chain()));
  }
  if (last.response !== undefined) {
    evidence.answer = hide(`HTTP/${last.response.httpVersion} ${reasonInWords(statusInWords(last.response))}`);
    evidence.headers = headersInWords(last).map(hide);
  }
  // Hidden before it is cut: half a secret at the edge would not be found.
  const body = conclusion.body === undefined ? '' : hide(conclusion.body.excerpt(2 * EVIDENCE_BODY));
  if (body !== '') evidence.body = plainText(body, EVIDENCE_BODY);
  return evidence;
}
