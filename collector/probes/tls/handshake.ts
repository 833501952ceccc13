import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Verdict } from '../../../model/finding.ts';
import { sample } from '../../../model/metric.ts';
import { connection } from '../../../model/metrics/connection.ts';
import type { ProbeContext } from '../../../model/probe.ts';
import { ours, type Reason, reason, span, target, targetAfter } from '../../../model/reason.ts';
import type { Sample } from '../../../model/sample.ts';
import { reveal } from '../../../model/secret.ts';
import { type Instant, SECOND } from '../../../model/time.ts';
import { certificateInWords, earliestExpiry, endsSoon, verifiedExpiry } from '../certificate.ts';
import { type Secured, secure } from '../secure.ts';
import type { TlsSettings } from './tls-settings.ts';

/** Making one reads and checks certificates; the settings live until the next reload, and their context with them. */
const contexts = new WeakMap<TlsSettings, SecureContext>();

function contextOf(settings: TlsSettings): SecureContext | undefined {
  const { ca, cert, key } = settings;
  if (ca === undefined && cert === undefined) return undefined;
  const made =
    contexts.get(settings) ??
    createSecureContext({
      ...(ca !== undefined && { ca: reveal(ca) }),
      ...(cert !== undefined && { cert: reveal(cert) }),
      ...(key !== undefined && { key: key.reveal() }),
    });
  contexts.set(settings, made);
  return made;
}

/** Secures a connection to `host` as the settings want it, and traces what was agreed on. Rejects as `secure` does. */
export async function shakeHands(
  socket: Socket,
  host: string,
  settings: TlsSettings,
  context: ProbeContext,
): Promise<Secured> {
  const secureContext = contextOf(settings);
  const name = settings.server_name ?? host.replace(/\.$/, '');
  const options = { name, now: context.clock.now(), ...(secureContext && { context: secureContext }) };
  const secured = await secure(socket, options, context.signal);
  const { trace } = context;
  trace?.('secured', `${secured.version}, ${secured.cipher}`);
  if (trace) for (const one of secured.chain()) trace('certificate', certificateInWords(one));
  return secured;
}

/** What is wrong with a secured connection; undefined when nothing is. */
export function judgeTls(
  secured: Secured,
  settings: TlsSettings,
  now: Instant,
): { readonly verdict: Verdict; readonly reason: Reason } | undefined {
  if (settings.verify && secured.distrust !== undefined) return { verdict: 'down', reason: secured.distrust };
  const missing = (settings.names ?? []).filter((name) => !secured.isFor(name));
  if (missing.length > 0) {
    const [leaf] = secured.chain();
    const names = leaf?.names.slice(0, 4).join(', ') || (leaf?.subject ?? 'nobody');
    const why = reason`TLS certificate is not for ${target(missing.join(' and '), 'every name it should be')}${targetAfter(', only for ', names)}`;
    return { verdict: 'down', reason: why };
  }
  const { min_version: wanted, days } = settings;
  if (wanted !== undefined && Number(secured.version.replace('TLS ', '')) < Number(wanted))
    return {
      verdict: 'down',
      reason: reason`server speaks ${ours(secured.version)} at best, wanted TLS ${ours(wanted)}`,
    };
  const soon = days === undefined ? undefined : endsSoon(secured.chain(), days, now);
  return soon === undefined ? undefined : { verdict: 'degraded', reason: soon };
}

/** `TLS 1.3, certificate ends in 60 days`. */
export function tlsInWords(secured: Secured, now: Instant): Reason {
  const until = earliestExpiry(secured.chain());
  const version = ours(secured.version);
  if (until === undefined) return [version];
  return until > now
    ? reason`${version}, certificate ends in ${span(until - now)}`
    : reason`${version}, certificate expired ${span(now - until)} ago`;
}

/** The samples of a secured connection, by blackbox_exporter's names. */
export function tlsSamples(secured: Secured, now: Instant): Sample[] {
  const chain = secured.chain();
  const earliest = earliestExpiry(chain);
  const verified = secured.distrust === undefined ? verifiedExpiry(chain, now) : undefined;
  return [
    sample(connection.tlsVersion, 1, { version: secured.version }),
    ...(earliest === undefined ? [] : [sample(connection.earliestCertExpiry, earliest / SECOND)]),
    ...(verified === undefined ? [] : [sample(connection.lastChainExpiry, verified / SECOND)]),
  ];
}
