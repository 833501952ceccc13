import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { armDocument } from '../draw/arm.ts';
import { asProperties, DARK, LIGHT, type SignalState } from '../draw/palette.ts';

/** The pattern that hatches what nobody saw, once for all drawings of a page. */
export const PATTERN =
  '<svg class="defs" aria-hidden="true" focusable="false"><defs><pattern id="hatch" width="4" height="5.2" patternUnits="userSpaceOnUse"><path class="hatch-ground" d="M0 0h4v5.2h-4z"/><path class="hatch-line" d="M-1 6.5l6-7.8M-1 1.3l2-2.6M3 6.5l2-2.6"/></pattern></defs></svg>';

/** A small sample of the hatching, for the legend. */
export const SWATCH =
  '<svg class="swatch" viewBox="0 0 12 10" aria-hidden="true" focusable="false"><path d="M0 0h12v10h-12z"/></svg>';

/** The page's style in one line, with the colours of both themes. */
export const CSS = [
  `:root{color-scheme:light dark;${asProperties(LIGHT)}}`,
  `@media (prefers-color-scheme:dark){:root{${asProperties(DARK)}}}`,
  `@media print{:root{${asProperties(LIGHT)}}}`,
  readFileSync(new URL('templates/page.css', import.meta.url), 'utf8')
    .replace(/\s+/g, ' ')
    .replace(/\s*([{};,>+])\s*|(:) /g, '$1$2')
    .replaceAll(';}', '}'),
].join('');

/** What a page may do: show itself, in this style; no script, no request, no form. */
export const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(CSS).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;

/** The arm as a favicon that needs no request. */
export function icon(state: SignalState): string {
  return `data:image/svg+xml,${encodeURIComponent(armDocument(state))}`;
}
