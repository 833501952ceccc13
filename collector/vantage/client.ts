import { fileURLToPath } from 'node:url';
import type { Finding } from '../../model/finding.ts';
import { quoteAfter, type Reason, reason, span, targetAfter } from '../../model/reason.ts';
import { secretsIn } from '../../model/secret.ts';
import { type Clock, MINUTE, spanInWords } from '../../model/time.ts';
import { createBackOff } from '../../runtime/back-off.ts';
import type { Names } from './names.ts';
import { LINE_BYTES, writeMessage } from './protocol.ts';
import { newKey, sealSecrets } from './sealing.ts';
import type { Vantage } from './vantage.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

export interface VantageOptions {
  readonly name: string;
  readonly clock: Clock;
  /** How the worker is started: the program and its arguments. Our own worker in our own runtime when left out. */
  readonly command?: readonly string[];
  /** Answers the worker what a name is, where its own place has no name servers. */
  readonly names?: Names;
  /** Told what goes wrong with the worker itself. */
  readonly onTrouble: (words: string) => void;
}

/** Our own worker, its memory kept small. */
export const OWN_WORKER = [
  process.execPath,
  '--max-semi-space-size=1',
  '--max-old-space-size=128',
  fileURLToPath(new URL('./worker.ts', import.meta.url)),
];

/** More than this, in checks or in bytes unread, and a worker takes nothing more. */
const PENDING = 256;
const UNSENT_BYTES = 8 * LINE_BYTES;
const STOPPING: Reason = ['Signalbox is stopping'];

/**
 * A vantage that is a process of its own, started at the first check and again after it has died, ever more slowly.
 * What it cannot answer is an `unknown` finding with words.
 */
export function startVantage({ name, clock, command = OWN_WORKER, names, onTrouble }: VantageOptions): Vantage {
  const rest = restAfterDeath(clock);
  const key = newKey();
  let worker: WorkerProcess | undefined;
  let stopping = false;
  let lastId = 0;

  const itself = reason`the worker${targetAfter(' of vantage ', name)}`;

  function start(): WorkerProcess {
    const since = clock.monotonic();
    return startWorker(command, {
      clock,
      key,
      ...(names !== undefined && { names }),
      onNoise: (words) => onTrouble(`the worker of vantage ${name} ${words}`),
      onGone(why) {
        worker = undefined;
        if (stopping) return STOPPING;
        const restMs = rest.begin(clock.monotonic() - since);
        onTrouble(`the worker of vantage ${name} is gone: ${why}; it rests for ${spanInWords(restMs)}`);
        return reason`${itself} is gone${quoteAfter(': ', why)}`;
      },
    });
  }

  function whyNot(): Reason | undefined {
    if (stopping) return STOPPING;
    const leftMs = rest.leftMs();
    if (leftMs > 0) return reason`${itself} died; it is started again in ${span(leftMs)}`;
    if (worker === undefined || (worker.pending < PENDING && worker.unsentBytes < UNSENT_BYTES)) return undefined;
    return reason`${itself} has more to do than it can`;
  }

  return {
    name,
    async check({ monitor, kind, spec, timeoutMs, trace }, signal) {
      const why = whyNot();
      if (why !== undefined) return unable(why);
      const id = ++lastId;
      const traced = trace !== undefined;
      const sealed = sealSecrets(spec, key);
      const line = writeMessage({ type: 'check', id, monitor, kind, timeoutMs, trace: traced, spec: sealed });
      if (Buffer.byteLength(line) > LINE_BYTES) return unable(reason`its settings take more than ${LINE_BYTES} bytes`);
      worker ??= start();
      return worker.ask({ id, line, kind, hasSecrets: secretsIn(spec).size > 0, trace }, signal);
    },
    async stop() {
      stopping = true;
      await worker?.stop();
    },
  };
}

const LONGEST_REST_MS = MINUTE;

/** How long a worker rests after it has died: a second, then twice as long each time, until it has lived for a minute. */
function restAfterDeath(clock: Clock) {
  const backOff = createBackOff({ longestMs: LONGEST_REST_MS });
  let until = Number.NEGATIVE_INFINITY;
  return {
    begin(livedMs: number): number {
      if (livedMs >= LONGEST_REST_MS) backOff.reset();
      const restMs = backOff.next();
      until = clock.monotonic() + restMs;
      return restMs;
    },
    leftMs: () => Math.max(0, until - clock.monotonic()),
  };
}

function unable(why: Reason): Finding {
  return { verdict: 'unknown', reason: why };
}
