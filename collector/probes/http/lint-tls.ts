import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { reveal } from '../../../model/secret.ts';
import type { HttpSpec } from './http-spec.ts';
import type { Lint } from './lint.ts';

/** Contradictions in `tls`, and certificates that cannot be read. */
export function lintTls(spec: HttpSpec): Lint[] {
  const { tls } = spec;
  if (tls === undefined) return [];
  const found: Lint[] = [];
  if (isPlain(spec)) found.push({ path: ['tls'], message: 'no tls: the address and its redirects are plain http' });
  if (!tls.verify && tls.ca !== undefined) found.push({ path: ['tls', 'ca'], message: 'no ca where verify is false' });
  if (tls.cert !== undefined && tls.key === undefined)
    found.push({ path: ['tls', 'key'], message: 'the key of the client certificate' });
  if (tls.key !== undefined && tls.cert === undefined)
    found.push({ path: ['tls', 'cert'], message: 'the client certificate of the key' });
  if (tls.ca !== undefined && !isCertificate(reveal(tls.ca)))
    found.push({ path: ['tls', 'ca'], message: 'a certificate that can be read' });
  if (tls.cert !== undefined && tls.key !== undefined && !fit(reveal(tls.cert), tls.key.reveal()))
    found.push({ path: ['tls', 'key'], message: 'a key that can be read and belongs to the client certificate' });
  return found;
}

/** Redirects that are followed may still lead to https. */
function isPlain(spec: HttpSpec): boolean {
  if (!/^http:/i.test(reveal(spec.url))) return false;
  return 'chain' in spec.redirects
    ? !spec.redirects.chain.some((hop) => /^https:/i.test(hop.to))
    : spec.redirects.follow === 0;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function fit(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}
