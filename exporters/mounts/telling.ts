import type { Health } from './health.ts';

/** A path is longer than this only where somebody wants it to be. */
const SHOWN_CHARS = 200;

/** Tells each trouble of a mount once, and once that it is over. */
export function createTelling(onTrouble: (message: string) => void): (all: readonly Health[]) => void {
  let told = new Map<string, string>();
  return (all) => {
    const now = new Map<string, string>();
    for (const { point, mount, state, reason } of all) {
      const before = told.get(point);
      if (state === 'healthy') {
        if (before !== undefined) onTrouble(`${shown(point)} is well again; it was: ${before}`);
        continue;
      }
      // Of what is not known for a moment, what was said last still holds.
      const words = state === 'unknown' ? (before ?? reason) : reason;
      if (words === '') continue;
      now.set(point, words);
      if (words !== before)
        onTrouble(`${shown(point)}${mount === undefined ? '' : ` (${shown(mount.fstype)})`}: ${words}`);
    }
    for (const [point, before] of told)
      if (!now.has(point) && !all.some((one) => one.point === point))
        onTrouble(`${shown(point)} is mounted no longer; it was: ${before}`);
    told = now;
  };
}

/** A name from outside made fit for a line: what would break it, hide text or steer a terminal is escaped. */
function shown(name: string): string {
  const text = name.replace(/[\p{C}\p{Zl}\p{Zp}\\]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
