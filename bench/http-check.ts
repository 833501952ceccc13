import { createClock } from '../collector/clock.ts';
import { probe } from '../collector/probes/http/probe.ts';
import { settings } from '../collector/probes/http/spec.ts';
import type { ProbeContext } from '../model/probe.ts';
import { reasonInWords } from '../model/reason.ts';

const CHECKS = 3000;
const WARM = 1000;
const AT_ONCE = 10;
const ROUNDS = 3;

/** Microseconds of processor time that the HTTP probe takes for `url`, with a status and a text to expect; the best of three rounds. */
export async function measureProbe(url: string): Promise<number> {
  const check = checking({ url, expect: { status: 200, body: 'Welcome' } });
  const run = async (count: number) => {
    for (let done = 0; done < count; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, check));
  };
  await run(WARM);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await run(CHECKS);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / CHECKS);
  }
  return best;
}

function checking(written: unknown): () => Promise<void> {
  const spec = Object.freeze(settings.schema.parse(written));
  const clock = createClock();
  return async () => {
    const deadline = new AbortController();
    const callOff = clock.after(10_000, () => deadline.abort());
    const context: ProbeContext = {
      monitor: 'bench',
      signal: deadline.signal,
      timeoutMs: 10_000,
      clock,
      resolve: async (host) => ({ addresses: [{ address: host, family: 4 }], source: 'literal', tookMs: 0 }),
      pulses: () => ({}),
    };
    const finding = await probe(spec, context);
    callOff();
    if (finding.verdict !== 'up') throw new Error(`bench: ${reasonInWords(finding.reason)}`);
  };
}
