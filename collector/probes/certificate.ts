import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { Evidence } from '../../model/finding.ts';
import { oneLine } from '../../model/outside-text.ts';
import { ours, quoteAfter, type Reason, reason, span, target, targetAfter } from '../../model/reason.ts';
import { DAY, type Instant } from '../../model/time.ts';
import { codeOf } from './connection-words.ts';

/** One certificate of a chain. The texts are from outside, fit for a line. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** The names it is for: DNS names and addresses. */
  readonly names: readonly string[];
  readonly from: Instant;
  readonly until: Instant;
  readonly fingerprint: string;
  readonly selfSigned: boolean;
}

/** Reads the chain as far as it is known, the server's own certificate first; empty when the server showed none. */
export function readChain(leaf: DetailedPeerCertificate | undefined): readonly Certificate[] {
  const chain: Certificate[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  for (let one = leaf; one?.raw !== undefined && !seen.has(one) && chain.length < 12; one = one.issuerCertificate) {
    seen.add(one);
    chain.push(readOne(one));
  }
  return chain;
}

function readOne(one: DetailedPeerCertificate): Certificate {
  const subject = nameOf(one.subject);
  const issuer = nameOf(one.issuer);
  return {
    subject,
    issuer,
    names: (one.subjectaltname ?? '').split(', ').slice(0, 100).filter(Boolean).map(withoutKind),
    from: Date.parse(one.valid_from),
    until: Date.parse(one.valid_to),
    fingerprint: one.fingerprint256,
    selfSigned: one.issuerCertificate === one || subject === issuer,
  };
}

function withoutKind(name: string): string {
  return oneLine(name.replace(/^(?:DNS|IP Address|URI|email):/, ''), 80);
}

function nameOf(name: DetailedPeerCertificate['subject'] | undefined): string {
  const part = name?.CN ?? name?.O ?? name?.OU ?? Object.values(name ?? {})[0];
  return oneLine(String(Array.isArray(part) ? part[0] : (part ?? 'no name')), 80);
}

/** When the first certificate that the server is responsible for ends; a root at the end of the chain is not its own to renew. */
export function earliestExpiry(chain: readonly Certificate[]): Instant | undefined {
  const own = chain.filter((one, index) => index === 0 || !(one.selfSigned && index === chain.length - 1));
  return own.length === 0 ? undefined : Math.min(...own.map((one) => one.until));
}

/** When a chain that was found valid at `now` stops being so: certificates that had ended were not what made it valid. */
export function verifiedExpiry(chain: readonly Certificate[], now: Instant): Instant | undefined {
  const valid = chain.filter((one) => one.until > now);
  return valid.length === 0 ? undefined : Math.min(...valid.map((one) => one.until));
}

/** `TLS certificate ends in 9 days` when it ends within `days`, else undefined: a reason to be degraded. */
export function endsSoon(chain: readonly Certificate[], days: number, now: Instant): Reason | undefined {
  const first = chain.reduce<Certificate | undefined>(
    (soonest, one) => (soonest === undefined || one.until < soonest.until ? one : soonest),
    undefined,
  );
  const until = earliestExpiry(chain);
  if (until === undefined || until > now + days * DAY) return undefined;
  const whose = first === undefined || first === chain[0] || first.until !== until ? [] : ofIssuer(first);
  if (until <= now) return reason`TLS certificate${whose} expired ${span(now - until)} ago`;
  return reason`TLS certificate${whose} ends in ${span(until - now)}`;
}

/** Why a chain was not accepted, in words. `code` is `authorizationError`, a verification code of OpenSSL or of Node. */
export function distrustReason(code: string, chain: readonly Certificate[], host: string, now: Instant): Reason {
  const [leaf] = chain;
  const last = chain.at(-1);
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return expiredReason(chain, now);
    case 'CERT_NOT_YET_VALID':
      return notYetReason(chain, now);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return reason`TLS certificate is for ${target(namesInWords(leaf), 'other names')}, not for ${target(oneLine(host), 'this one')}`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return ['TLS certificate is self-signed'];
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return reason`TLS certificate comes from ${target(last?.subject ?? 'an authority', 'an authority')}, which is not trusted here`;
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return reason`TLS certificate's issuer${targetAfter(' ', last?.issuer ?? '')} is not known here: another authority, or a chain sent without its middle`;
    case 'CERT_REVOKED':
      return ['TLS certificate was revoked'];
    case 'INVALID_PURPOSE':
      return ['TLS certificate is not for servers'];
    default:
      return reason`TLS certificate is not accepted${quoteAfter(': ', oneLine(code.toLowerCase().replaceAll('_', ' ')))}`;
  }
}

function expiredReason(chain: readonly Certificate[], now: Instant): Reason {
  const ended = chain.find((one) => one.until <= now);
  if (ended === undefined) return ['TLS certificate expired'];
  const whose = ended === chain[0] ? [] : ofIssuer(ended);
  return reason`TLS certificate${whose} expired ${span(now - ended.until)} ago`;
}

function notYetReason(chain: readonly Certificate[], now: Instant): Reason {
  const early = chain.find((one) => one.from > now);
  if (early === undefined) return ['TLS certificate is not valid yet'];
  const whose = early === chain[0] ? [] : ofIssuer(early);
  return reason`TLS certificate${whose} is not valid for another ${span(early.from - now)}: is a clock wrong?`;
}

function ofIssuer(one: Certificate): Reason {
  return reason` of the issuer${targetAfter(' ', one.subject)}`;
}

function namesInWords(leaf: Certificate | undefined): string {
  const names = leaf?.names ?? [];
  const [first, second] = names;
  if (first === undefined) return leaf?.subject ?? 'nobody';
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first} and ${names.length - 1} other names`;
}

/** `example.net, issued by R11, valid 2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z`. */
export function certificateInWords(one: Certificate): string {
  return `${one.subject}, issued by ${one.issuer}, valid ${day(one.from)} to ${day(one.until)}`;
}

/** The chain for an evidence: whose, from whom, from when until when, and for which names. */
export function chainEvidence(chain: readonly Certificate[]): Evidence {
  if (chain.length === 0) return {};
  const names = chain[0]?.names.slice(0, 20) ?? [];
  return {
    certificates: chain.slice(0, 6).map(certificateInWords),
    ...(names.length > 0 && { 'certificate names': names }),
  };
}

function day(at: Instant): string {
  return Number.isFinite(at) ? new Date(at).toISOString().replace(/\.\d+Z$/, 'Z') : 'an unknown date';
}

const HANDSHAKE: readonly (readonly [RegExp, string])[] = [
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, 'does not speak TLS on this port'],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/, 'no TLS version in common'],
  [/UNRECOGNIZED_NAME/, 'server does not know this name'],
  [/CERTIFICATE_REQUIRED/, 'server wants a client certificate'],
  [
    /ALERT_(?:BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE)/,
    'server refuses our client certificate',
  ],
  [/ACCESS_DENIED/, 'server denies access in the TLS handshake'],
  [
    /NO_SHARED_CIPHER|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY/,
    'no TLS cipher in common, or a client certificate is wanted',
  ],
  [/NO_APPLICATION_PROTOCOL/, 'server does not speak the protocol asked for (ALPN)'],
  [/KEY_TOO_SMALL|MD_TOO_WEAK/, 'TLS certificate has a key or signature that is too weak'],
  [/ECONNRESET|EPIPE|UNEXPECTED_EOF/, 'connection closed in the TLS handshake'],
];

/** A failed TLS handshake in words; undefined when the error is not one of TLS. */
export function handshakeReason(error: unknown): Reason | undefined {
  const code = codeOf(error);
  const known = HANDSHAKE.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return [known[1]];
  if (!code.startsWith('ERR_SSL') && code !== 'EPROTO') return undefined;
  const words = code
    .replace(/^ERR_SSL_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
  return reason`TLS handshake failed: ${ours(oneLine(words))}`;
}

const VERSIONS: Readonly<Record<string, string>> = {
  TLSv1: 'TLS 1.0',
  'TLSv1.1': 'TLS 1.1',
  'TLSv1.2': 'TLS 1.2',
  'TLSv1.3': 'TLS 1.3',
};

/** The agreed version as blackbox_exporter writes it: `TLS 1.3`. */
export function tlsVersion(socket: TLSSocket): string {
  const protocol = socket.getProtocol() ?? 'unknown';
  return VERSIONS[protocol] ?? protocol;
}
