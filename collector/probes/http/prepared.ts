import type { IncomingMessage } from 'node:http';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { reveal } from '../../../model/secret.ts';
import type { Instant } from '../../../model/time.ts';
import type { SecureOptions } from '../secure.ts';
import type { TlsSettings } from '../tls/tls-settings.ts';
import { Body } from './body.ts';
import { compileExpectations, type Expectation } from './expectation.ts';
import { hiderOf } from './hiding.ts';
import type { HttpSpec } from './http-spec.ts';
import { firstTarget, hostOf, type Target, wireHeaders } from './target.ts';

/** How much of a body is kept for the evidence where nothing else needs it. */
export const EVIDENCE_BODY = 4096;

/** What of a spec is worked out once and not at every check. */
export interface Prepared {
  readonly spec: HttpSpec;
  readonly first: Target;
  /** The headers of the first request as they go out. */
  readonly wire: readonly string[];
  /** What its TLS connections must be; those to other hosts may have any name. */
  readonly tlsFor: (target: Target) => TlsSettings;
  readonly expectations: readonly Expectation[];
  readonly hide: (text: string) => string;
  readonly secureOptions: (target: Target, now: Instant) => SecureOptions;
  readonly bodyFor: (response: IncomingMessage) => Body;
}

const known = new WeakMap<HttpSpec, Prepared>();

/** The spec made ready; the same one each time for the same frozen spec. */
export function prepare(spec: HttpSpec): Prepared {
  let prepared = known.get(spec);
  if (prepared === undefined) {
    prepared = prepareNew(spec);
    known.set(spec, prepared);
  }
  return prepared;
}

function prepareNew(spec: HttpSpec): Prepared {
  const first = firstTarget(spec);
  const needsBody = spec.expect?.body !== undefined || spec.expect?.json !== undefined || marksBody(spec);
  const { verify = true, days, min_version } = spec.tls ?? {};
  const abroad: TlsSettings = { verify, days, min_version };
  const atHome = spec.tls ?? abroad;
  return {
    spec,
    first,
    wire: wireHeaders(first),
    tlsFor: ({ home }) => (home ? atHome : abroad),
    expectations: compileExpectations(spec.expect ?? {}),
    hide: hiderOf(spec, first),
    secureOptions: secureOptionsOf(spec),
    bodyFor: (response) =>
      new Body(
        needsBody || response.headers['content-encoding'] !== undefined ? spec.max_body : EVIDENCE_BODY,
        spec.max_body,
      ),
  };
}

function marksBody(spec: HttpSpec): boolean {
  return spec.expect?.mark !== undefined && !('header' in spec.expect.mark);
}

function secureOptionsOf({ tls }: HttpSpec): Prepared['secureOptions'] {
  let home: SecureContext | undefined;
  let abroad: SecureContext | undefined;
  const ca = tls?.ca === undefined ? undefined : reveal(tls.ca);
  const contextFor = (target: Target): SecureContext | undefined => {
    if (target.home && (ca !== undefined || tls?.cert !== undefined)) {
      home ??= createSecureContext({
        ...(ca !== undefined && { ca }),
        ...(tls?.cert !== undefined && { cert: reveal(tls.cert) }),
        ...(tls?.key !== undefined && { key: tls.key.reveal() }),
      });
      return home;
    }
    // A redirect may lead to another host of the same private authority, or out to one that everybody trusts.
    if (!target.home && ca !== undefined) abroad ??= createSecureContext({ ca: [...getCACertificates('default'), ca] });
    return target.home ? undefined : abroad;
  };
  return (target, now) => {
    const context = contextFor(target);
    return {
      name: (target.home && tls?.server_name) || hostOf(target.url).replace(/\.$/, ''),
      alpn: ALPN,
      now,
      ...(context !== undefined && { context }),
    };
  };
}

const ALPN = ['http/1.1'] as const;
