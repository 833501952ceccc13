import { messageOf } from '../../../model/errors.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { NameNotFound } from '../../../model/probe.ts';
import { type Ours, ours, quote, type Reason, reason, reasonInWords, targetAfter } from '../../../model/reason.ts';
import { handshakeReason } from '../certificate.ts';
import { codeOf, connectionReason, noAnswerWithin, peerInWords } from '../connection-words.ts';
import type { Exchange } from './exchange.ts';
import { bytesInWords, statusInWords } from './status-words.ts';
import { hostOf } from './target.ts';

/** What was being waited for when the deadline came. */
export function deadlineReason(run: Exchange, timeoutMs: number): Reason {
  const start = noAnswerWithin(timeoutMs);
  const peer =
    run.peer === undefined ? [] : [targetAfter(' to ', peerInWords({ address: run.peer.address, port: run.port }))];
  switch (run.phase) {
    case 'resolve':
      return reason`${start}: the name${targetAfter(' ', oneLine(hostOf(run.target.url)))} was not resolved`;
    case 'connect':
      return reason`${start}: no connection${targetAfter(' to ', `${oneLine(hostOf(run.target.url))} on port ${run.port}`)}`;
    case 'tls':
      return reason`${start}: connected${peer}, but the TLS handshake did not end`;
    case 'processing':
      return reason`${start}: connected${peer}, but no headers came`;
    case 'transfer':
      return reason`${start}: ${statusInWords(run.response)}, but the body stopped after ${bytesInWords(run.body?.received ?? 0)}`;
  }
}

/** A failure of the exchange as a reason, told by the phase it happened in. */
export function troubleInWords(run: Exchange, cause: unknown): Reason {
  if (cause instanceof NameNotFound) return cause.reason;
  if (run.phase === 'resolve') return [quote(oneLine(messageOf(cause), 300))];
  const peer = { address: run.peer?.address ?? '', port: run.port };
  if (run.target.url.protocol === 'https:' && run.phase !== 'connect') {
    const handshake = handshakeReason(cause);
    // In TLS 1.3 the server judges our certificate after we took the handshake for done.
    if (handshake !== undefined && (run.phase === 'tls' || reasonInWords(handshake).includes('client certificate')))
      return handshake;
  }
  return responseReason(run, codeOf(cause), peerInWords(peer)) ?? connectionReason(cause, peer);
}

function responseReason(run: Exchange, code: string, peer: string): Reason | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return ['response headers are larger than 64 kB'];
  if (run.phase === 'processing') {
    const broken = code === 'ECONNRESET' || code === 'EPIPE';
    if (code === 'HPE_INVALID_EOF_STATE' || (broken && run.begun && run.secured === undefined))
      return reason`connection closed${targetAfter(' by ', peer)} in the middle of the headers`;
    if (code.startsWith('HPE_')) return reason`answer${targetAfter(' from ', peer)} is not HTTP: ${parserWords(code)}`;
    if (broken) return reason`connection closed${targetAfter(' by ', peer)} without an answer`;
  }
  if (run.phase !== 'transfer') return undefined;
  const came = reason`${statusInWords(run.response)}, but`;
  if (code.startsWith('HPE_')) return reason`${came} the body is malformed: ${parserWords(code)}`;
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    const announced = run.response?.headers['content-length'];
    const of = announced === undefined ? [] : reason` of ${bytesInWords(Number(announced))}`;
    return reason`${came} the connection broke after ${bytesInWords(run.body?.received ?? 0)}${of} of the body`;
  }
  return undefined;
}

function parserWords(code: string): Ours {
  const words = code.replace(/^HPE_(?:INVALID_)?/, (start) => (start.includes('INVALID') ? 'bad ' : '')).toLowerCase();
  return ours(words.replaceAll('_', ' '));
}
