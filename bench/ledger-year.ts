import { openToWrite } from '../collector/ledger/database.ts';
import { dayBlockOf, packDays } from '../collector/ledger/day-block.ts';
import type { NotedMark, ToThread } from '../collector/ledger/messages.ts';
import { openWriter } from '../collector/ledger/writer.ts';
import { latencyCode } from '../model/latency.ts';
import type { DayRecord } from '../model/ledger.ts';
import type { Stand, Transition } from '../model/standing.ts';
import { DAY, dayOf, HOUR, MINUTE, SECOND } from '../model/time.ts';
import { addAccounts } from '../model/timeline.ts';

export const EVERY_MS = 30 * SECOND;
const WEEKS = 12 * 7 * DAY;
/** Checks handed over at once; a flush every eight seconds of a year would take the year's own time in fsyncs. */
const ROUND_MS = 32 * MINUTE;

export interface Year {
  readonly folder: string;
  readonly monitors: readonly string[];
  readonly now: number;
  readonly checks: number;
}

/** Fills a folder with a year of a hundred monitors, checked every 30 s: twelve weeks of checks, before them only days. */
export function buildYear(folder: string, count = 100): Year {
  const monitors = Array.from({ length: count }, (_, index) => `monitor-${index}`);
  const now = Date.UTC(2026, 5, 1, 15);
  const begin = now - WEEKS;
  const writer = openWriter(folder);
  let id = 0;
  const ask = (message: Record<string, unknown>) => ({ ...message, id: ++id }) as unknown as ToThread;
  let checks = 0;
  for (let at = begin; at < now; at += ROUND_MS) {
    const marks: NotedMark[] = [];
    const end = Math.min(at + ROUND_MS, now);
    for (let due = at; due < end; due += EVERY_MS) {
      monitors.forEach((monitor, index) => {
        marks.push(markOf(monitor, due + index * 290, index));
      });
    }
    checks += marks.length;
    const flush = ask({ kind: 'flush', now: end, steady: end });
    refuse(writer.handle([{ kind: 'notes', marks, stands: [] }, flush]));
  }
  const transitions = monitors.flatMap((monitor, index) => outages(monitor, now - 365 * DAY + index * HOUR, now));
  const stands = monitors.flatMap((monitor) => [standOf(monitor, '', now), standOf(monitor, 'local', now)]);
  refuse(
    writer.handle([
      ask({ kind: 'ask', owner: 'transitions', question: 'keep', args: [transitions, stands] }),
      ask({ kind: 'close', now }),
    ]),
  );
  fillDays(folder, now - 365 * DAY, begin);
  return { folder, monitors, now, checks };
}

function refuse(replies: readonly { kind: string }[]): void {
  const failure = replies.find(({ kind }) => kind === 'failure');
  if (failure !== undefined) throw new Error(JSON.stringify(failure));
}

function markOf(monitor: string, due: number, index: number): NotedMark {
  const at = due + Math.random() * 40;
  const verdict = Math.random() < 0.0005 ? 2 : 0;
  return { monitor, vantage: 'local', at, verdict, latency: latencyCode(latencyMs(index)), everyMs: EVERY_MS };
}

/** Like a real site: around a middle, with a long tail. */
function latencyMs(index: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return (20 + index) * Math.exp(0.25 * normal) * (Math.random() < 0.01 ? 5 : 1);
}

/** One outage a week, each with what a failed HTTP check leaves as evidence. */
function outages(monitor: string, from: number, now: number): Transition[] {
  const evidence = { status: 502, headers: Array(12).fill('x-some-header: with a value'), body: 'x'.repeat(1_000) };
  const one = { monitor, vantage: '' };
  const found: Transition[] = [{ ...one, at: from, from: 'unknown', to: 'up', reason: ['200 OK'] }];
  for (let at = from + DAY; at < now - HOUR; at += 7 * DAY) {
    found.push({ ...one, at, from: 'up', to: 'down', reason: ['502 Bad Gateway, wanted 200'], evidence });
    found.push({ ...one, at: at + 13 * MINUTE, from: 'down', to: 'up', reason: ['200 OK'] });
  }
  return found;
}

function standOf(monitor: string, vantage: string, now: number): Stand {
  return { monitor, vantage, standing: 'up', since: now - DAY, reason: ['200 OK'], freshUntil: now + MINUTE };
}

/** The days before the checks that are kept, as the books would have them. */
function fillDays(folder: string, from: number, to: number): void {
  const db = openToWrite(folder);
  const account0 = addAccounts([]);
  const add = db.prepare('INSERT INTO day_block VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET days = excluded.days');
  db.exec('BEGIN');
  for (const { id } of db.prepare("SELECT id FROM series WHERE vantage = ''").all()) {
    for (let start = dayBlockOf(dayOf(from)); start < dayBlockOf(to); start = dayBlockOf(start + 17 * DAY)) {
      const days: DayRecord[] = Array.from({ length: 16 }, (_, index) => {
        const latency: number[] = new Array(256).fill(0);
        for (let i = 0; i < DAY / EVERY_MS; i += 4) {
          const code = latencyCode(latencyMs(Number(id)));
          latency[code] = (latency[code] ?? 0) + 4;
        }
        const account = { ...account0, up: DAY - 20 * MINUTE, down: 13 * MINUTE, unknown: 7 * MINUTE };
        return { day: start + index * DAY, account, latency, checks: DAY / EVERY_MS, failed: 3 };
      });
      add.run(Number(id), start, packDays(start, days));
    }
  }
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}
