import type { Pulse } from '../../model/ledger.ts';
import { logText } from '../../model/log-text.ts';
import { type Answer, type Asked, type Route, say } from '../../model/route.ts';
import { reveal } from '../../model/secret.ts';
import type { Instant } from '../../model/time.ts';
import type { HeartbeatSpec } from '../probes/heartbeat/heartbeat.ts';
import { tellOfRefusals } from './refusals.ts';
import { bearerIn, sameText } from './token.ts';

/** What the heartbeat routes need of the rest of the box. */
export interface HeartbeatCalls {
  /** The heartbeat of that name, and its token: `none` where anyone who reaches the box may report. */
  readonly known: (name: string) => Pick<HeartbeatSpec, 'token'> | undefined;
  /** Resolves once the pulse is durable. */
  readonly keep: (pulse: Pulse) => Promise<void>;
  readonly now: () => Instant;
  /** Told why a pulse was refused, for the operator's log, ten times a minute at most: the sender does not learn which names there are. */
  readonly onRefused?: (name: string, why: string) => void;
}

/** How much of a job's log is kept, in bytes. */
export const LOG_BYTES = 10_000;

const EXIT_CODE = /^\d{1,3}$/;

/** `/heartbeat/<name>/{start,ok,fail}` and `/heartbeat/<name>/<exit code>`: answered 200 once the pulse is durable. */
export function heartbeatRoutes(calls: HeartbeatCalls): Route[] {
  const refused = tellOfRefusals((name, why) => calls.onRefused?.(name, why));
  return [
    {
      on: ['box'],
      for: 'writers',
      methods: ['GET', 'POST'],
      path: '/heartbeat/:name/:signal',
      handle: (asked) => take(calls, asked, refused),
    },
  ];
}

async function take(calls: HeartbeatCalls, asked: Asked, refused: ReturnType<typeof tellOfRefusals>): Promise<Answer> {
  const at = calls.now();
  const { name = '', signal = '' } = asked.params;
  const refusal = refuse(calls, name, tokenOf(asked));
  if (refusal !== undefined) {
    refused(at, name, refusal);
    return say(404, 'There is no heartbeat of this name that takes this token.');
  }
  const read = readSignal(signal, asked.query.get('exit'));
  if (typeof read === 'string') return say(400, read);
  const log = logText(await asked.tail(LOG_BYTES));
  try {
    await calls.keep({ monitor: name, at, ...read, ...(log === '' ? {} : { log }) });
  } catch {
    return say(503, 'The heartbeat could not be kept: send it again.', { 'retry-after': '5' });
  }
  const code = read.exitCode === undefined ? '' : `, exit code ${read.exitCode}`;
  return say(200, `${read.signal}${code}`, { 'cache-control': 'no-store' });
}

function refuse(calls: HeartbeatCalls, name: string, given: string): string | undefined {
  const token = calls.known(name)?.token;
  const same = sameText(given, token === undefined ? '' : reveal(token));
  if (token === undefined) return 'no heartbeat has this name';
  if (token === 'none' || same) return undefined;
  return given === '' ? 'it came without its token' : 'its token is wrong';
}

function tokenOf({ headers, query }: Asked): string {
  return bearerIn(headers) ?? query.get('token') ?? '';
}

function readSignal(signal: string, exit: string | null): Pick<Pulse, 'signal' | 'exitCode'> | string {
  const code = EXIT_CODE.test(signal) ? signal : exit;
  if (code !== null && !(EXIT_CODE.test(code) && Number(code) <= 255))
    return `exit=${code.slice(0, 20)} is no exit code: a number from 0 to 255 is wanted.`;
  if (EXIT_CODE.test(signal)) return { signal: Number(signal) === 0 ? 'ok' : 'fail', exitCode: Number(signal) };
  if (signal !== 'start' && signal !== 'ok' && signal !== 'fail')
    return `${signal.slice(0, 20)} is no signal: start, ok, fail or an exit code is wanted.`;
  if (code === null || signal === 'start') return { signal };
  // Whoever says ok and brings a code other than 0 has failed: the code is what the machine said.
  return { signal: Number(code) === 0 ? signal : 'fail', exitCode: Number(code) };
}
