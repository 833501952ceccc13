import { reveal } from '../../../model/secret.ts';
import { lintTlsSettings } from '../tls/tls-settings.ts';
import type { HttpSpec } from './http-spec.ts';
import type { Lint } from './lint.ts';

/** Contradictions in `tls`, and certificates that cannot be read. */
export function lintTls(spec: HttpSpec): Lint[] {
  const { tls } = spec;
  if (tls === undefined) return [];
  const found: Lint[] = lintTlsSettings(tls).map(({ path, message }) => ({ path: ['tls', ...path], message }));
  if (isPlain(spec)) found.push({ path: ['tls'], message: 'no tls: the address and its redirects are plain http' });
  return found;
}

/** Redirects that are followed may still lead to https. */
function isPlain(spec: HttpSpec): boolean {
  if (!/^http:/i.test(reveal(spec.url))) return false;
  return 'chain' in spec.redirects
    ? !spec.redirects.chain.some((hop) => /^https:/i.test(hop.to))
    : spec.redirects.follow === 0;
}
