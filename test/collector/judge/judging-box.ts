import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJudging, type Judging } from '../../../collector/judge/judging.ts';
import type { Ledger } from '../../../collector/ledger/open.ts';
import { openLedger } from '../../../collector/ledger/open.ts';
import { claimStateDirectory } from '../../../collector/ledger/state-directory.ts';
import type { Verdict } from '../../../model/finding.ts';
import type { Monitor } from '../../../model/monitor.ts';
import type { Transition } from '../../../model/standing.ts';
import { FakeClock } from '../../fake-clock.ts';

export const SECOND = 1_000;
export const EVERY = 30 * SECOND;

/** A monitor as the config would have it. */
export function monitor(name: string, more: Partial<Monitor> = {}): Monitor {
  return {
    name,
    slug: name,
    title: name,
    group: 'Services',
    public: true,
    everyMs: EVERY,
    timeoutMs: 10 * SECOND,
    confirm: { bad: 2, good: 2, everyMs: 5 * SECOND },
    needs: [],
    agree: 'majority',
    vantages: ['local'],
    kind: 'tcp',
    traits: { by: 'a TCP connection' },
    spec: {},
    ...more,
  };
}

/** A box without probes: what each monitor's target does is what the test says, and rechecks are answered by it. */
export class Box {
  readonly clock: FakeClock;
  /** What the ledger has, as of the last `settled`. */
  told: readonly Transition[] = [];
  readonly rechecked: string[] = [];
  readonly asked: string[] = [];
  readonly world = new Map<string, Verdict | (() => Verdict)>();
  readonly #folder: string;
  ledger: Ledger;
  judging: Judging;
  #monitors: readonly Monitor[] = [];

  private constructor(folder: string, clock: FakeClock, ledger: Ledger) {
    this.#folder = folder;
    this.clock = clock;
    this.ledger = ledger;
    this.judging = this.#judge();
  }

  static async in(folder: string): Promise<Box> {
    const clock = new FakeClock();
    return new Box(folder, clock, await open(folder, clock));
  }

  #judge(): Judging {
    return createJudging({
      clock: this.clock,
      ledger: this.ledger,
      recheck: async (name) => {
        this.rechecked.push(name);
        const { vantages = [] } = this.#monitors.find((one) => one.name === name) ?? {};
        for (const vantage of vantages) void this.check(name, vantage);
      },
      again: (name) => void this.asked.push(name),
      onKept: () => {},
      onTrouble: (message) => assert.fail(message),
    });
  }

  /** Every transition so far is durable, and told. */
  async settled(): Promise<void> {
    await this.judging.stop();
    this.told = await this.ledger.transitions.after(0, 10_000);
  }

  async configure(monitors: readonly Monitor[], online: readonly string[] = []): Promise<void> {
    this.#monitors = monitors;
    await this.judging.configure(monitors, online);
  }

  /** The box restarts after `ms`: all that it knows comes from the ledger. */
  async restartAfter(ms: number, online: readonly string[] = []): Promise<void> {
    await this.judging.stop();
    await this.ledger.close();
    await this.clock.advance(ms);
    this.ledger = await open(this.#folder, this.clock);
    this.judging = this.#judge();
    await this.judging.configure(this.#monitors, online);
    await this.settled();
  }

  async check(name: string, vantage = 'local', durationMs = 10): Promise<void> {
    const state = this.world.get(`${name}@${vantage}`) ?? this.world.get(name) ?? 'up';
    const verdict = typeof state === 'string' ? state : state();
    await this.judging.take({
      monitor: name,
      vantage,
      at: this.clock.now(),
      steadyAt: this.clock.steady() - durationMs,
      durationMs,
      lateMs: 0,
      finding: { verdict, reason: [verdict === 'up' ? 'fine' : 'timeout'] },
    });
  }

  /** Lets every monitor be checked every half minute, `rounds` times. */
  async rounds(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (const { name, vantages } of this.#monitors) for (const vantage of vantages) await this.check(name, vantage);
      await this.clock.advance(EVERY);
      this.judging.lapse();
    }
    await this.settled();
  }

  story(): string[] {
    return this.told.map((one) => `${one.monitor} ${one.to}${one.blind ? ` (${one.blind})` : ''}`);
  }
}

function open(folder: string, clock: FakeClock): Promise<Ledger> {
  // Its thread answers in real time while fake minutes pass at once: it may say that it waits for its disk.
  return openLedger(folder, { clock, onTrouble: () => {} });
}

/** Gives the test a box, and takes it away again. */
export async function withBox(use: (box: Box) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'judging-'));
  const state = claimStateDirectory(folder);
  const box = await Box.in(folder);
  try {
    await use(box);
  } finally {
    await box.ledger.close();
    state.release();
    await rm(folder, { recursive: true });
  }
}

/** A target that does these one after the other, and again from the beginning. */
export function inTurn(...verdicts: Verdict[]): () => Verdict {
  let turn = 0;
  return () => verdicts[turn++ % verdicts.length] ?? 'up';
}
