import type { TestContext } from 'node:test';
import { createClock } from '../../collector/clock.ts';
import { prometheusRoutes } from '../../collector/prometheus-api/routes.ts';
import { openDoor } from '../../collector/server/door.ts';
import { createClient } from '../../collector/victoriametrics/client.ts';
import { Secret } from '../../model/secret.ts';
import { openGate, passOn } from './gate.ts';
import { until } from './until.ts';
import { victoriaMetricsProcess } from './victoriametrics-process.ts';

/** When the first samples were taken, in seconds. */
export const AT = Math.floor(Date.now() / 60_000) * 60 - 3600;
const LINES = [0, 1, 2].map((minute) => `heat{side="left"} ${minute + 0.5} ${(AT + minute * 60) * 1000}`);
LINES.push(`heat{side="right"} +Inf ${AT * 1000}`, `cold{side="left",room="a b"} -3 ${AT * 1000}`);

export interface Api {
  readonly url: string;
  readonly port: number;
  /** What the API said of faults of its own. */
  readonly faults: string[];
}

/** The API on a port of its own, towards a storage. */
export async function serve(t: TestContext, storage: string | undefined, token?: string): Promise<Api> {
  const client = createClient({
    storage: () => (storage === undefined ? undefined : { write: storage, read: storage }),
  });
  const faults: string[] = [];
  const secret = token === undefined ? undefined : new Secret(token);
  const routes = prometheusRoutes({ client, clock: createClock(), version: '1.2.3', token: () => secret });
  const door = await openDoor({ host: '127.0.0.1', port: 0 }, routes, {
    onFault: (fault) => faults.push(String(fault)),
  });
  t.after(async () => {
    await door.close();
    await client.close();
  });
  return { url: `${door.url}prometheus`, port: door.port, faults };
}

/** A VictoriaMetrics with a few series, and a gate before it that remembers what it was asked. */
export async function stored(t: TestContext, program: string): Promise<{ url: string; asked: string[] }> {
  const vm = await victoriaMetricsProcess(program);
  const asked: string[] = [];
  const gate = await openGate((from, to) => {
    asked.push(`${from.method} ${from.url}`);
    passOn(from, to, vm.url, from.url ?? '/');
  });
  t.after(async () => {
    await gate[Symbol.asyncDispose]();
    await vm[Symbol.asyncDispose]();
  });
  await fetch(`${vm.url}/api/v1/import/prometheus`, { method: 'POST', body: `${LINES.join('\n')}\n` });
  await until(async () => (await vm.count('{side!=""}')) === LINES.length);
  return { url: gate.url, asked };
}

/** An answer and its JSON. */
export const json = async (url: string, init?: RequestInit) => {
  const answer = await fetch(url, init);
  // biome-ignore lint/suspicious/noExplicitAny: whatever comes, its parts are compared.
  const body = (await answer.json()) as any;
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', body };
};
/** What a POST with this form is for fetch. */
export const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
