import { Secret } from '../../../model/secret.ts';
import type { Step } from './spec.ts';

/** Shorter texts would be found everywhere, and hiding them would say what they are. */
const SHORTEST = 4;

/**
 * Takes what a dialogue sends in secret out of a text: whole, and its last word (`AUTH …`, `PASS …`), which a server may send
 * back. To be used before a text is cut, for half a secret is found by nobody later.
 */
export function hiderOf(steps: readonly Step[]): (text: string) => string {
  const secrets = new Set<string>();
  for (const { send } of steps) {
    if (!(send instanceof Secret)) continue;
    const text = send.reveal().trim();
    for (const one of [text, text.split(/\s+/).at(-1) ?? '']) if (one.length >= SHORTEST) secrets.add(one);
  }
  if (secrets.size === 0) return (text) => text;
  return (text) => [...secrets].reduce((clean, one) => clean.replaceAll(one, '[hidden]'), text);
}
