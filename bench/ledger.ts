import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../collector/clock.ts';
import { openLedger } from '../collector/ledger/open.ts';
import { openView } from '../collector/ledger/view.ts';
import { openWriter } from '../collector/ledger/writer.ts';
import type { Check } from '../model/finding.ts';
import type { Stand, Transition } from '../model/standing.ts';
import { DAY } from '../model/time.ts';
import { buildYear, type Year } from './ledger-year.ts';
import { quantileOf, type Row } from './row.ts';

/** Measures the ledger: a year of it, reading it, and writing it. Takes about half a minute; everything in a temporary folder. */
export async function rows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  try {
    const year = buildYear(folder);
    return [sizeOf(year), ...reading(year), ...(await writing(folder, year)), flushing()];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(year: Year): Row {
  const bytes = statSync(join(year.folder, 'ledger.db')).size;
  return {
    what: 'ledger, 100 monitors every 30 s for a year',
    value: `${(bytes / 1e6).toFixed(1)} MB`,
    bar: '≤ 80 MB',
    ok: bytes <= 80e6,
  };
}

function reading(year: Year): Row[] {
  const page: number[] = [];
  const pages: number[] = [];
  for (let round = 0; round < 25; round++) {
    const view = openView(year.folder);
    page.push(
      timed(() => {
        view.standings.current();
        view.days.of(year.monitors, 90, year.now);
      }),
    );
    pages.push(
      timed(() => {
        for (const monitor of year.monitors) {
          view.checks.between(monitor, year.now - DAY, year.now);
          view.transitions.of(monitor, year.now - 90 * DAY, year.now, 20);
        }
      }),
    );
    view.close();
  }
  const first = page[0] ?? 0;
  return [
    {
      what: 'all the page needs of 100 monitors × 90 days, read',
      value: `${ms(quantileOf(page, 0.5))} (the first time ${ms(first)})`,
      bar: '≤ 20 ms',
      ok: quantileOf(page, 0.5) <= 20,
    },
    {
      what: "for 100 monitors' own pages: a day's 288,000 checks, read",
      value: ms(quantileOf(pages, 0.5)),
      bar: '',
      ok: true,
    },
  ];
}

/** keep() while 2,000 monitors are checked every ten seconds, and what noting them costs the loop that checks. */
async function writing(folder: string, year: Year): Promise<Row[]> {
  const clock = createClock();
  const ledger = await openLedger(folder, { clock, onTrouble: () => {} });
  const kept: number[] = [];
  const turns: number[] = [];
  const end = performance.now() + 10_000;
  for (let turn = 0; performance.now() < end; turn++) {
    turns.push(
      timed(() =>
        noteSome(
          turn,
          (check) => ledger.note(check, 10_000),
          (stand) => ledger.stand(stand),
        ),
      ),
    );
    if (turn % 4 === 0) {
      const started = performance.now();
      await ledger.transitions.keep([transition(year.monitors[turn % 100] ?? '', clock.now())], []);
      kept.push(performance.now() - started);
    }
    await new Promise((resolve) => setTimeout(resolve, 100 - (performance.now() % 100)));
  }
  await ledger.close();
  const spent = turns.reduce((sum, one) => sum + one, 0);
  return [
    {
      what: 'a transition is durable after (p50, p99; the disk decides)',
      value: `${ms(quantileOf(kept, 0.5))}, ${ms(quantileOf(kept, 0.99))}`,
      bar: '',
      ok: true,
    },
    {
      what: "noting 2,000 monitors every 10 s, of the probes' loop (share, longest turn)",
      value: `${(spent / 100).toFixed(2)} %, ${ms(Math.max(...turns))}`,
      bar: '≤ 10 ms',
      ok: quantileOf(turns, 0.999) <= 10,
    },
  ];
}

/** What the thread needs to write eight seconds of 2,000 monitors, in the median. */
function flushing(): Row {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  try {
    const writer = openWriter(folder);
    const took: number[] = [];
    for (let flush = 0; flush < 100; flush++) {
      const now = 1.7e12 + flush * 8_000;
      for (let turn = 0; turn < 80; turn++) noteInto(writer, flush * 80 + turn, now);
      took.push(timed(() => writer.handle([{ kind: 'flush', id: flush, now, steady: now }])));
    }
    writer.handle([{ kind: 'close', id: 0, now: 1.8e12 }]);
    const value = `${ms(quantileOf(took, 0.5))}, ${ms(quantileOf(took, 0.99))}`;
    return { what: 'the thread writes 8 s of 2,000 monitors in (p50, p99)', value, bar: '', ok: true };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function noteInto(writer: ReturnType<typeof openWriter>, turn: number, now: number): void {
  noteSome(
    turn,
    ({ monitor, vantage }) => {
      const mark = { monitor, vantage, at: now + (turn % 80) * 100, verdict: 0, latency: 120, everyMs: 10_000 };
      writer.handle([{ kind: 'notes', marks: [mark], stands: [] }]);
    },
    (stand) => writer.handle([{ kind: 'notes', marks: [], stands: [stand] }]),
  );
}

/** A tenth of a second's share of 2,000 monitors every ten seconds: twenty checks, and where they and their vantages stand. */
function noteSome(turn: number, note: (check: Check) => void, take: (stand: Stand) => void): void {
  const now = Date.now();
  for (let index = 0; index < 20; index++) {
    const monitor = `note-${(turn % 100) * 20 + index}`;
    const finding = { verdict: 'up', reason: ['200 OK'] } as const;
    note({ monitor, vantage: 'local', at: now, steadyAt: now, durationMs: 42, lateMs: 0, finding });
    const stand = { monitor, standing: 'up', since: 1.7e12, reason: ['200 OK'], freshUntil: now + 15_000 } as const;
    take({ ...stand, vantage: 'local' });
    take({ ...stand, vantage: '' });
  }
}

function transition(monitor: string, at: number): Transition {
  return { monitor, vantage: '', at, from: 'up', to: 'down', reason: ['502 Bad Gateway, wanted 200'] };
}

function timed(act: () => void): number {
  const started = performance.now();
  act();
  return performance.now() - started;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
