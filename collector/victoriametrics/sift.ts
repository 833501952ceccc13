import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Outcome, VictoriaMetrics } from './client.ts';
import type { Link } from './link.ts';

/**
 * Finds the lines at fault in a body that was refused: they are set aside and named, all others sent.
 * False when VictoriaMetrics could not be asked to the end, so that the whole is to be sent again later.
 */
export type Sift = (
  members: readonly Buffer[],
  refusal: Outcome & { kind: 'refused' },
  signal: AbortSignal,
) => Promise<boolean>;

export interface RefusedLine {
  readonly line: string;
  /** What VictoriaMetrics said of it. */
  readonly words: string;
}

export interface SiftOptions {
  readonly client: VictoriaMetrics;
  readonly link: Link;
  readonly setAside: (refused: readonly RefusedLine[]) => Promise<void>;
}

/** Enough to single out some forty bad lines; a body worse than that is set aside with what is left. */
const MAX_REQUESTS = 500;
const MAX_TEXT_BYTES = 64 << 20;
const TOO_LARGE = 413;
const inflate = promisify(gunzip);
const deflate = promisify(gzip);

class Interrupted extends Error {}

export function createSift({ client, link, setAside }: SiftOptions): Sift {
  async function ask(lines: readonly string[], signal: AbortSignal): Promise<Outcome> {
    const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
    return await client.write('backlog', [await deflate(text, { level: 1 })], signal);
  }

  async function bisect(
    lines: readonly string[],
    words: string,
    budget: { left: number },
    signal: AbortSignal,
  ): Promise<RefusedLine[]> {
    if (lines.length === 1 || budget.left <= 0) return lines.map((line) => ({ line, words }));
    const half = Math.ceil(lines.length / 2);
    const refused: RefusedLine[] = [];
    for (const part of [lines.slice(0, half), lines.slice(half)]) {
      budget.left--;
      const outcome = await ask(part, signal);
      if (outcome.kind === 'later') {
        link.fail(outcome);
        throw new Interrupted();
      }
      if (outcome.kind === 'refused') refused.push(...(await bisect(part, outcome.words, budget, signal)));
    }
    return refused;
  }

  return async (members, refusal, signal) => {
    if (refusal.status !== TOO_LARGE) {
      const empty = await ask([], signal);
      if (empty.kind !== 'received') {
        link.fail({ kind: 'later', words: `${refusal.words} (it refuses an empty body too)`, needsPerson: true });
        return false;
      }
    }
    const text = (await inflate(Buffer.concat(members), { maxOutputLength: MAX_TEXT_BYTES })).toString('utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    try {
      await setAside(await bisect(lines, refusal.words, { left: MAX_REQUESTS }, signal));
      return true;
    } catch (error) {
      if (error instanceof Interrupted) return false;
      throw error;
    }
  };
}
