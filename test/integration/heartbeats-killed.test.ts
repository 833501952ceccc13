import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { BoxHouse } from './box.ts';
import { until } from './until.ts';

const JOBS = Array.from({ length: 40 }, (_, index) => `job${index}`);

test('of forty jobs that report all the time, no report that was acknowledged is lost to kill -9', async () => {
  await using house = await BoxHouse.open(`
storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }
monitors:
${JOBS.map((job) => `  ${job}: { heartbeat: { every: 1h, token: none }, every: 1s, timeout: 1s }`).join('\n')}
`);
  const acknowledged = new Map(JOBS.map((job) => [job, 0]));
  for (let life = 0; life < 3; life++) {
    const box = await house.start();
    const reporting = JOBS.map((job) => report(box.url, job, acknowledged));
    await until(() => [...acknowledged.values()].every((code) => code > 0), 120_000, 'every job got through');
    await wait(500 + 300 * life);
    box.kill();
    await Promise.all([box.ended, ...reporting]);
  }
  const box = await house.start();
  await until(async () => {
    const kept = await exitCodes(box.url);
    return kept.size === JOBS.length;
  });
  const kept = await exitCodes(box.url);
  for (const [job, code] of acknowledged) {
    // The one under way when the power went may have been kept and not acknowledged.
    assert.ok(
      (kept.get(job) ?? 0) >= code && (kept.get(job) ?? 0) <= code + 1,
      `${job}: ${kept.get(job)}, sent ${code}`,
    );
  }
});

/** Reports exit code after exit code, each once, until the box is gone. */
async function report(url: string, job: string, acknowledged: Map<string, number>): Promise<void> {
  for (;;) {
    const code = (acknowledged.get(job) ?? 0) + 1;
    if (code > 250) return;
    try {
      const answer = await fetch(`${url}/heartbeat/${job}/${code}`, { method: 'POST', body: `run ${code}` });
      if (answer.status !== 200) return;
    } catch {
      return;
    }
    acknowledged.set(job, code);
    await wait(10);
  }
}

async function exitCodes(url: string): Promise<Map<string, number>> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const lines = page.matchAll(/^signalbox_heartbeat_exit_code\{.*instance="(\w+)".*\} (\d+)$/gm);
  return new Map([...lines].map(([, job = '', code]) => [job, Number(code)]));
}
