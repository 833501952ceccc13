import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createClock } from '../collector/clock.ts';
import { probe } from '../collector/probes/http/probe.ts';
import { settings } from '../collector/probes/http/spec.ts';
import type { ProbeContext } from '../model/probe.ts';

/** One measured line: what, how much, and the bar it must stay under where there is one. */
export interface Row {
  readonly what: string;
  readonly microseconds: number;
  readonly bar?: number;
}

const CHECKS = 3000;
const AT_ONCE = 10;
const ROUNDS = 3;

/** Processor time of one check in microseconds: a bare socket as the floor, and our probe with and without expectations. */
export async function measure(): Promise<Row[]> {
  const child = spawn(process.execPath, [new URL('http-server.ts', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${Number(String(line))}/`;
    const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['bare net socket', () => bare(Number(String(line)))],
      ['http probe', checking({ url })],
      ['http probe, status and body', checking({ url, expect: { status: 200, body: 'Welcome' } })],
      ['http probe, body by an expression', checking({ url, expect: { body: { matches: '<title>.*</title>' } } })],
    ];
    const best = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++)
      for (const [what, once] of ways) best.set(what, Math.min(best.get(what) ?? Infinity, await cost(once)));
    const floor = best.get('bare net socket') ?? 0;
    return ways.map(([what], index) => ({
      what,
      microseconds: Math.round(best.get(what) ?? 0),
      ...(index > 0 && { bar: Math.min(300, Math.round(3 * floor)) }),
    }));
  } finally {
    child.stdin.end();
  }
}

/** Microseconds of this process's time for each run, after a warm-up. */
async function cost(one: () => Promise<unknown>): Promise<number> {
  for (let index = 0; index < 500; index += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, one));
  const before = process.cpuUsage();
  for (let index = 0; index < CHECKS; index += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, one));
  const spent = process.cpuUsage(before);
  return (spent.user + spent.system) / CHECKS;
}

function bare(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    socket.on('data', () => {});
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}

function checking(written: unknown): () => Promise<unknown> {
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
    if (finding.verdict !== 'up') throw new Error(`bench: ${finding.reason}`);
  };
}

if (import.meta.main) {
  for (const row of await measure())
    console.log(row.what.padEnd(40), `${row.microseconds} µs`.padStart(8), row.bar ? `bar ${row.bar} µs` : 'the floor');
}
