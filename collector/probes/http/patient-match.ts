import type { Told } from './expect-body.ts';

/** A matcher for texts from outside. */
export function patientMatcher(
  source: string,
  flags: string,
): (text: string, signal: AbortSignal) => Told | Promise<Told> {
  const expression = new RegExp(source, flags);
  return (text) => expression.test(text);
}
