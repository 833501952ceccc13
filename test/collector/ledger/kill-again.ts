import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openToRead, openToWrite } from '../../../collector/ledger/database.ts';
import { openFlushed } from '../../../collector/ledger/timeline.ts';
import { reasonInWords } from '../../../model/reason.ts';
import { DAY, SECOND } from '../../../model/time.ts';
import { folderFor, START, viewOf } from './open-ledger.ts';

const WRITER = fileURLToPath(new URL('./restless-writer.ts', import.meta.url));
/** The writer's clock runs eight times as fast: up to 28 s of it. */
const LONGEST_MS = 3_500;

/** Kills a writing process with SIGKILL at random instants, and looks each time whether all that was promised is there. */
export async function killAgain(t: TestContext, times: number, longestMs = LONGEST_MS): Promise<void> {
  const folder = await folderFor(t);
  const kept = new Set<string>();
  let begin = START;
  let worst = 0;
  for (let round = 0; round < times; round++) {
    const said = await runAndKill(t, [folder, String(begin), String(round)], 50 + Math.random() * longestMs);
    const noted: number[] = [];
    const keeping: number[] = [];
    for (const line of said) {
      const [word, rest = ''] = line.split(/ (.*)/s);
      assert.notEqual(word, 'trouble', line);
      if (word === 'kept') kept.add(rest);
      if (word === 'keeping') keeping.push(Number(rest));
      if (word === 'noted') noted.push(Number(rest));
    }
    const lost = look(folder, kept, noted, longestWait(keeping, noted));
    worst = Math.max(worst, lost);
    begin = (noted.at(-1) ?? begin) + DAY / 24;
  }
  const db = openToWrite(folder);
  assert.equal(db.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
  db.close();
  assert.ok(kept.size > times, `${kept.size} transitions were kept`);
  t.diagnostic(
    `${times} kills, ${kept.size} transitions kept, at most ${(worst / SECOND).toFixed(1)} s of checks lost`,
  );
}

async function runAndKill(t: TestContext, args: readonly string[], afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', WRITER, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const closed = once(child, 'close');
  // A little after its first words: on a busy machine a start takes its time. Some are killed while they start.
  if (Math.random() < 0.9) await Promise.race([once(child.stdout, 'data'), closed]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  assert.equal(child.exitCode, null, said);
  child.kill('SIGKILL');
  await closed;
  return said
    .slice(0, said.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);
}

/** How long the disk let a transition wait, by the writer's clock: the last may wait still. */
function longestWait(keeping: readonly number[], noted: readonly number[]): number {
  const ends = [...keeping.slice(1), noted.at(-1) ?? 0];
  return Math.max(0, ...keeping.map((began, index) => (ends[index] ?? 0) - began));
}

/** Fails unless every transition that was promised is kept, and every check noted before the last flush; answers how much was lost. */
function look(folder: string, kept: ReadonlySet<string>, noted: readonly number[], longestWaitMs: number): number {
  if (kept.size === 0) return 0;
  using view = viewOf(folder);
  const found = new Set(
    view.transitions.of('web', 0, START + 9_000 * DAY, 1e6).map(({ reason }) => reasonInWords(reason)),
  );
  for (const reason of kept) assert.ok(found.has(reason), `transition ${reason} was promised and is gone`);
  const [first] = noted;
  const last = noted.at(-1);
  if (first === undefined || last === undefined) return 0;
  const db = openToRead(folder);
  const flushed = openFlushed(db)();
  db.close();
  for (const monitor of ['m0', 'm19']) {
    const marks = view.checks.between(monitor, first - 16, last + DAY / 24);
    const promised = noted.filter((at) => at < flushed).length;
    assert.ok(
      marks.length >= promised,
      `${monitor}: ${promised} checks noted before the last flush, ${marks.length} kept`,
    );
  }
  // A flush every 8 s of the writer's clock; the rest is for a machine that is busy with other tests, and for a disk that is.
  const lost = last - Math.max(flushed, first);
  const most = 20 * SECOND + longestWaitMs;
  assert.ok(lost <= most, `${lost / SECOND} s of checks lost, where a transition waited ${longestWaitMs / SECOND} s`);
  return lost;
}
