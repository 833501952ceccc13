import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { FrameKind } from '../spool/frame.ts';
import type { Outcome, VictoriaMetrics } from './client.ts';
import type { Link } from './link.ts';

/**
 * Finds the lines at fault in a body that was refused: they are set aside and named, all others sent.
 * False when VictoriaMetrics could not be asked to the end, so that the whole is to be sent again later.
 */
export type Sift = (
  kind: FrameKind,
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
  /** Told of stale markers that an address will never take which takes text: they must not hold it up. */
  readonly giveUpMarkers: (count: number, words: string) => void;
}

/** Enough to single out some forty bad lines; a body worse than that is set aside with what is left. */
const MAX_REQUESTS = 500;
const MAX_TEXT_BYTES = 64 << 20;
const TOO_LARGE = 413;
const inflate = promisify(gunzip);
const deflate = promisify(gzip);

class Interrupted extends Error {}

export function createSift({ client, link, setAside, giveUpMarkers }: SiftOptions): Sift {
  async function ask(kind: FrameKind, lines: readonly string[], signal: AbortSignal): Promise<Outcome> {
    const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
    return await client.write('backlog', kind, [await deflate(text, { level: 1 })], signal);
  }

  async function bisect(
    kind: FrameKind,
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
      const outcome = await ask(kind, part, signal);
      if (outcome.kind === 'later') {
        link.fail(outcome);
        throw new Interrupted();
      }
      if (outcome.kind === 'refused') refused.push(...(await bisect(kind, part, outcome.words, budget, signal)));
    }
    return refused;
  }

  return async (kind, members, refusal, signal) => {
    const text = (await inflate(Buffer.concat(members), { maxOutputLength: MAX_TEXT_BYTES })).toString('utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    if (refusal.status !== TOO_LARGE) {
      const empty = await ask(kind, [], signal);
      if (kind === 'stale' && empty.kind === 'refused' && (await ask('values', [], signal)).kind === 'received') {
        giveUpMarkers(lines.length, refusal.words);
        return true;
      }
      if (empty.kind !== 'received') {
        link.fail({ kind: 'later', words: `${refusal.words} (it refuses an empty body too)`, needsPerson: true });
        return false;
      }
    }
    try {
      await setAside(await bisect(kind, lines, refusal.words, { left: MAX_REQUESTS }, signal));
      return true;
    } catch (error) {
      if (error instanceof Interrupted) return false;
      throw error;
    }
  };
}
