import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pause } from '../../model/pause.ts';
import type { Clock } from '../../model/time.ts';
import { createBackOff } from '../../runtime/back-off.ts';
import { watchTroubles } from '../spool/troubles.ts';
import type { Server } from './client.ts';
import { connect } from './connection.ts';
import { type Guarded, startGuarded } from './guard.ts';
import { endLeftBehind } from './left-behind.ts';
import { ENVIRONMENT_FLAGS, environmentFor, keepLogin } from './login.ts';
import { freePort } from './port.ts';
import { findVictoriaMetrics } from './program.ts';

export interface EmbeddedOptions {
  /** Where VictoriaMetrics keeps its data; its login is kept beside it, in `<dataFolder>.netrc`. */
  readonly dataFolder: string;
  /** Where its program may be unpacked. */
  readonly cacheFolder: string;
  /** 8428 when not given; another when it is taken. */
  readonly preferredPort?: number;
  /** 13 when not given. */
  readonly retentionMonths?: number;
  /** What its caches may take, in megabytes; 64 when not given. */
  readonly memoryMb?: number;
  /** PATH when not given. */
  readonly path?: string;
  readonly clock: Clock;
  readonly onTrouble: (message: string) => void;
  /** Ends the search and the first start; once that is done, `stop()` ends it. */
  readonly signal?: AbortSignal;
}

/** VictoriaMetrics as a supervised child: restarted when it dies or hangs, gone when we are. */
export interface Embedded {
  /** Its base URL at present. Read it anew each time: the port may change when the child is started again. */
  readonly url: string;
  /** Where it is and how to ask it; undefined while it does not run, as somebody else may then have the port. */
  server(): Server | undefined;
  /** The process to tell apart in a list of processes; undefined while there is none. */
  readonly pid: number | undefined;
  /** How often it was started. */
  readonly starts: number;
  stop(): Promise<void>;
}

const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 60_000;
const START_TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 10_000;
const MAX_MISSED = 6;

/** Resolves once it answers. Rejects with `StorageMissing` when there is no program to run; the appliance goes on without. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { clock, onTrouble, preferredPort = 8428 } = options;
  const program = await findVictoriaMetrics(options.cacheFolder, options.path, options.signal);
  const dataFolder = resolve(options.dataFolder);
  await mkdir(dataFolder, { recursive: true, mode: 0o750 });
  const login = await keepLogin(`${dataFolder}.netrc`);
  const ended = new AbortController();
  const troubles = watchTroubles(onTrouble);
  let port = preferredPort;
  let child: Guarded | undefined;
  let up = false;
  let starts = 0;

  async function start(): Promise<Guarded> {
    await endLeftBehind(dataFolder, clock);
    const free = await freePort(preferredPort);
    if (free !== port && free !== preferredPort)
      onTrouble(`port ${preferredPort} is taken: VictoriaMetrics listens on ${free}`);
    port = free;
    starts++;
    const started = startGuarded(
      ['nice', '-n', '5', program, ...flags(dataFolder, port, options)],
      environmentFor(login),
    );
    child = started;
    return started;
  }

  async function answers(): Promise<boolean> {
    const line = connect(`http://127.0.0.1:${port}`);
    try {
      const { status } = await line.request({ path: '/health', method: 'GET', timeoutMs: 5_000, maxBytes: 1024 });
      return status === 200;
    } catch {
      return false;
    } finally {
      await line.close();
    }
  }

  /** Resolves when the child has ended, with its last words. */
  async function watch(running: Guarded, onAnswer: () => void): Promise<string> {
    const over = new AbortController();
    const words = tail(running);
    const how = running.ended.finally(() => {
      up = false;
      over.abort();
    });
    let missed = 0;
    let answered = false;
    const startedAt = clock.monotonic();
    while (!over.signal.aborted) {
      const answering = await answers();
      if (over.signal.aborted) break;
      if (answering) {
        missed = 0;
        if (!answered) onAnswer();
        answered = true;
      } else if (++missed >= MAX_MISSED && (answered || clock.monotonic() - startedAt > START_TIMEOUT_MS)) {
        onTrouble('VictoriaMetrics does not answer and is started again');
        await running.end();
        break;
      }
      await pause(clock, answered ? LOOK_EVERY_MS : 100, over.signal).catch(() => {});
    }
    return `${await how}${words() === '' ? '' : `; it said: ${words()}`}`;
  }

  async function supervise(onFirstAnswer: () => void): Promise<void> {
    const backOff = createBackOff({ firstMs: FIRST_REST_MS, longestMs: LONGEST_REST_MS });
    while (!ended.signal.aborted) {
      const startedAt = clock.monotonic();
      const how = await watch(await start(), () => {
        up = true;
        troubles.end('child', 'VictoriaMetrics runs again');
        onFirstAnswer();
      });
      child = undefined;
      if (ended.signal.aborted) return;
      if (clock.monotonic() - startedAt > LONGEST_REST_MS) backOff.reset();
      troubles.begin('child', `VictoriaMetrics ended (${how}) and is started again`);
      await pause(clock, backOff.next(), ended.signal).catch(() => {});
    }
  }

  let running: Promise<void> = Promise.resolve();
  const stop = async () => {
    ended.abort();
    await child?.end();
    await running;
  };
  await new Promise<void>((resolve, reject) => {
    running = supervise(resolve);
    running.catch(reject);
    options.signal?.addEventListener('abort', () => stop().then(() => reject(options.signal?.reason), reject), {
      once: true,
    });
  });
  const url = () => `http://127.0.0.1:${port}`;
  return {
    get url() {
      return url();
    },
    server: () => (up ? { write: url(), read: url(), auth: { basic: login }, metricsKey: login.password } : undefined),
    get pid() {
      return child?.process.pid;
    },
    get starts() {
      return starts;
    },
    stop,
  };
}

/** Only what both Debian's 1.79.5 and a current release know. */
function flags(dataFolder: string, port: number, { retentionMonths = 13, memoryMb = 64 }: EmbeddedOptions): string[] {
  return [
    `-storageDataPath=${dataFolder}`,
    `-retentionPeriod=${retentionMonths}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    `-memory.allowedBytes=${memoryMb}MB`,
    '-dedup.minScrapeInterval=1ms',
    '-loggerLevel=WARN',
    '-search.latencyOffset=5s',
    ...ENVIRONMENT_FLAGS,
  ];
}

const MAX_WORDS = 2_000;

/** The last words of a child's output, in one line. */
function tail({ process }: Guarded): () => string {
  let text = '';
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-MAX_WORDS);
  };
  process.stdout?.on('data', add);
  process.stderr?.on('data', add);
  return () => text.trim().split('\n').slice(-3).join(' ').slice(-500);
}
