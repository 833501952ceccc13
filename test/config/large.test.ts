import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../config/door.ts';
import { folderWith } from './folder.ts';

const COUNT = 2_000;

test(`${COUNT} monitors are read beside the loop, and arrive frozen in slices`, async (context) => {
  using folder = folderWith({ 'a.yml': manyMonitors() });
  const turns = longestTurn();
  const began = performance.now();
  const { config } = await loadConfig(join(folder.path, 'a.yml'), { env: { TOKEN: 'the-token' } });
  const tookMs = performance.now() - began;
  const longestMs = turns.stop();
  assert.equal(config.monitors.length, COUNT);
  assert.ok(config.monitors.every((monitor) => Object.isFrozen(monitor) && Object.isFrozen(monitor.spec)));
  context.diagnostic(
    `read in ${tookMs.toFixed(0)} ms; longest turn of the loop ${longestMs.toFixed(1)} ms of processor time`,
  );
  // Processor time, not time: the machine may be busy with other things.
  assert.ok(longestMs < 50, `a turn of ${longestMs.toFixed(1)} ms`);
});

function manyMonitors(): string {
  let text = 'monitors:\n';
  for (let index = 0; index < COUNT; index += 4)
    text += `
  site-${index}:
    http: https://site-${index}.example.net/health
    group: Group ${index % 20}
    expect: { status: [200, 204], body: Welcome, json: { path: $.status, equals: ok } }
    auth: { bearer: "\${TOKEN}" }
  irc-${index}: { tcp: "irc-${index}.example.net:6697", tls: { days: 14 }, needs: site-${index} }
  ping-${index}: { icmp: "10.0.${index >> 8}.${index & 255}" }
  job-${index}: { heartbeat: { cron: "15 3 * * *", timezone: Europe/London, grace: 2h, token: none } }
`;
  return text;
}

/** Measures, until it is stopped, the most processor time that this thread spends in one turn of its loop. */
function longestTurn(): { stop(): number } {
  let longest = 0;
  let before = process.threadCpuUsage();
  let next = setImmediate(turn);
  function turn(): void {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, now.user + now.system - before.user - before.system);
    before = now;
    next = setImmediate(turn);
  }
  return {
    stop() {
      clearImmediate(next);
      return longest / 1_000;
    },
  };
}
