import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { openView } from '../../collector/ledger/view.ts';
import { type Box, BoxHouse, webServer } from './box.ts';
import { until } from './until.ts';

const MONITORS = 20;
/** The least time between two kills: the box has come up and has checked. */
const LEAST_MS = 1_500;
const MOST_MS = 4_000;
/** A kill may cost the checks of one group commit and of the moment it fell into. */
const LOST_PER_KILL = MONITORS * 2;

/** What people were told, as the log has it: `m3 is down: …`. */
function toldOf(log: string): string[] {
  return [...log.matchAll(/^\S+Z (m\d+) is (up|down): /gm)].map(([, monitor, to]) => `${monitor} ${to}`);
}

/**
 * Kills the box, and in between VictoriaMetrics, so many times with SIGKILL while it checks a world that goes up and
 * down. Then everything anybody was told is in the ledger, every heartbeat that was answered too, and VictoriaMetrics has
 * the samples of every check but those of the moments of death.
 */
export async function killAgainAndAgain(kills: number): Promise<void> {
  let served = 0;
  let well = true;
  await using world = await webServer((_request, response) => {
    served++;
    response.writeHead(well ? 200 : 503).end('Welcome');
  });
  const flip = setInterval(() => {
    well = !well;
  }, 2_300);
  try {
    const monitors = Array.from(
      { length: MONITORS },
      (_, index) => `  m${index}: { http: "${world.url}", every: 1s, timeout: 900ms, confirm: { bad: 1, good: 1 } }`,
    );
    await using house = await BoxHouse.open(
      `monitors:\n  job: { heartbeat: { every: 1h, token: none } }\n${monitors.join('\n')}\n`,
    );
    const began = Date.now();
    const told: string[] = [];
    let lastPulse = 0;
    for (let kill = 0; kill < kills; kill++) {
      const box = await house.start();
      const end = performance.now() + LEAST_MS + Math.random() * (MOST_MS - LEAST_MS);
      while (performance.now() < end) {
        lastPulse = (await beat(box)) ?? lastPulse;
        await pause(50);
      }
      if (kill % 3 === 2) killVictoriaMetrics(box);
      box.kill();
      await box.ended;
      told.push(...toldOf(box.log));
    }
    const box = await house.start();
    await pause(2_000);
    await until(
      async () => (await storedChecks(house, box, began)) >= served - (kills + 1) * LOST_PER_KILL,
      120_000,
      `${served} checks were served`,
    );
    // Where nobody looked for long, it is unknown until its next check.
    await box.published('job', (one) => one.standing === 'up');
    box.signal('SIGINT');
    assert.equal(await box.ended, 0);
    told.push(...toldOf(box.log));
    assertKept(house.data, began, told, lastPulse);
  } finally {
    clearInterval(flip);
  }
}

/** Sends a heartbeat; when it was acknowledged, the instant before it was sent. */
async function beat(box: Box): Promise<number | undefined> {
  const sent = Date.now();
  const answer = await fetch(`${box.url}/heartbeat/job/ok`, { method: 'POST' });
  await answer.text();
  return answer.status === 200 ? sent : undefined;
}

function killVictoriaMetrics(box: Box): void {
  const pid = Number(/VictoriaMetrics is at \S+, process (\d+)/.exec(box.log)?.[1] ?? 0);
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It may have been started again under another number since it was named.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function storedChecks(house: BoxHouse, box: Box, began: number): Promise<number> {
  const window = Math.ceil((Date.now() - began) / 1000) + 60;
  const query = encodeURIComponent(`sum(count_over_time(probe_success{job="probe",instance=~"m.*"}[${window}s]))`);
  const answer = await house
    .askStorage(box, `/api/v1/query?query=${query}&time=${Date.now() / 1000 + 1}&nocache=1`)
    .catch(() => undefined);
  if (answer?.status !== 200) return 0;
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

function assertKept(folder: string, began: number, told: readonly string[], lastPulse: number): void {
  const view = openView(folder);
  try {
    for (let index = 0; index < MONITORS; index++) {
      const monitor = `m${index}`;
      const kept = view.transitions
        .of(monitor, began - 60_000, Date.now() + 60_000, 10_000)
        .reverse()
        .map((one) => `${monitor} ${one.to}`)
        .filter((one) => !one.endsWith('unknown'));
      assertContains(
        kept,
        told.filter((one) => one.startsWith(`${monitor} `)),
      );
    }
    const job = view.standings.current().find((one) => one.monitor === 'job' && one.vantage === '');
    assert.equal(job?.standing, 'up');
    assert.ok(lastPulse > began);
  } finally {
    view.close();
  }
}

/** Everything told was kept, in the order in which it was told; more may have been kept than was still told. */
function assertContains(kept: readonly string[], told: readonly string[]): void {
  let from = 0;
  for (const one of told) {
    const found = kept.indexOf(one, from);
    assert.ok(found >= 0, `told but not in the ledger: ${one}, after ${from} of ${kept.length}`);
    from = found + 1;
  }
}
