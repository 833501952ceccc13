import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { pause } from '../../model/pause.ts';
import { type Clock, SECOND } from '../../model/time.ts';
import { type BackOff, createBackOff } from '../../runtime/back-off.ts';
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
  readonly clock: Clock;
  readonly setAside: (refused: readonly RefusedLine[]) => Promise<void>;
  /** Told of stale markers that an address will never take which takes text: they must not hold it up. */
  readonly giveUpMarkers: (count: number, words: string) => void;
}

/** Enough to single out some forty bad lines; a body worse than that is set aside with what is left. */
const MAX_REQUESTS = 500;
const MAX_TEXT_BYTES = 64 << 20;
const inflate = promisify(gunzip);
const deflate = promisify(gzip);

class Interrupted extends Error {}

/** One search for bad lines: how many requests it may still make, and how long it rests after each that is refused. */
interface Search {
  left: number;
  readonly rests: BackOff;
}

function newSearch(): Search {
  return { left: MAX_REQUESTS, rests: createBackOff({ firstMs: 1, longestMs: SECOND }) };
}

export function createSift({ client, link, clock, setAside, giveUpMarkers }: SiftOptions): Sift {
  async function ask(kind: FrameKind, lines: readonly string[], signal: AbortSignal): Promise<Outcome> {
    const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
    const outcome = await client.write('backlog', kind, [await deflate(text, { level: 1 })], signal);
    if (outcome.kind === 'received') link.works();
    return outcome;
  }

  /** What nothing can be wrong with. A body without a line proves little: there are servers that refuse only what has some. */
  function simplest(kind: FrameKind, signal: AbortSignal): Promise<Outcome> {
    const line = `signalbox_storage_up{job="signalbox",instance="box"} 1 ${clock.now()}`;
    return ask(kind, kind === 'values' ? [line] : [], signal);
  }

  async function bisect(
    kind: FrameKind,
    lines: readonly string[],
    words: string,
    search: Search,
    signal: AbortSignal,
  ): Promise<RefusedLine[]> {
    if (lines.length === 1 || search.left <= 0) return lines.map((line) => ({ line, words }));
    const half = Math.ceil(lines.length / 2);
    const refused: RefusedLine[] = [];
    for (const part of [lines.slice(0, half), lines.slice(half)]) {
      search.left--;
      const outcome = await ask(kind, part, signal);
      if (outcome.kind === 'later') {
        link.fail(outcome);
        throw new Interrupted();
      }
      if (outcome.kind === 'received') search.rests.reset();
      else {
        await pause(clock, search.rests.next(), signal);
        refused.push(...(await bisect(kind, part, outcome.words, search, signal)));
      }
    }
    return refused;
  }

  return async (kind, members, refusal, signal) => {
    const text = (await inflate(Buffer.concat(members), { maxOutputLength: MAX_TEXT_BYTES })).toString('utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    const tried = await simplest(kind, signal);
    if (kind === 'stale' && tried.kind === 'refused' && (await simplest('values', signal)).kind === 'received') {
      giveUpMarkers(lines.length, refusal.words);
      return true;
    }
    if (tried.kind !== 'received') {
      const words = `${refusal.words} (it refuses the simplest sample too)`;
      link.fail(tried.kind === 'later' ? tried : { kind: 'later', words, needsPerson: true });
      return false;
    }
    try {
      await setAside(await bisect(kind, lines, refusal.words, newSearch(), signal));
      return true;
    } catch (error) {
      if (error instanceof Interrupted) return false;
      throw error;
    }
  };
}
