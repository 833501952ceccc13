/** A vantage worker: a process that is told specs and says findings. It ends, and all it started with it, when its input ends. */

import { flushCompileCache } from 'node:module';
import { messageOf } from '../../model/errors.ts';
import type { Resolve } from '../../model/probe.ts';
import { readLines } from '../../programs/lines.ts';
import { createClock } from '../clock.ts';
import { probeKinds } from '../probes/index.ts';
import { endAllGroups, watchGroups } from '../probes/process-group.ts';
import { localVantage, type Surroundings } from './local.ts';
import { ASK_BOX, askBoxForNames } from './names.ts';
import {
  type FromWorker,
  LINE_BYTES,
  readToWorker,
  type ToWorker,
  VERSION,
  writeFinding,
  writeMessage,
} from './protocol.ts';
import { openSecrets, takeKey } from './sealing.ts';

/** A probe that has not ended this long after its deadline is answered for, and left behind. */
const OVERDUE_MS = 900;

const key = takeKey();
const clock = createClock();
const underWay = new Map<number, AbortController>();
let resolver: Promise<Resolve> | undefined;

const surroundings: Surroundings = {
  clock,
  pulses: () => ({}),
  async resolve(host, family, signal) {
    resolver ??= import('../names/resolver.ts').then(({ createResolver }) => createResolver({ clock }));
    return (await resolver)(host, family, signal);
  },
};
const place = localVantage(probeKinds, surroundings);
/** In a namespace there are no name servers: the box is asked. */
const askBox = process.argv.includes(ASK_BOX) ? askBoxForNames(say) : undefined;

// The box says when it is over. A Ctrl-C in its terminal reaches us too, and what is under way must still be answered.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.stdout.on('error', leave);
process.stdin.on('close', leave);
process.stdin.on('end', leave);
watchGroups((pid, runs) => say({ type: 'group', pid, runs }));
readLines(process.stdin, LINE_BYTES, (line) => {
  const message = readToWorker(line);
  if (message?.type === 'check') void check(message);
  else if (message?.type === 'resolved') askBox?.hear(message);
  else if (message?.type === 'cancel') underWay.get(message.id)?.abort();
});
say({ type: 'hello', version: VERSION, kinds: Object.keys(probeKinds), keyed: key !== undefined });

async function check({ id, monitor, kind, timeoutMs, trace, spec }: ToWorker & { type: 'check' }): Promise<void> {
  const deadline = new AbortController();
  underWay.set(id, deadline);
  const timers = [
    setTimeout(() => deadline.abort(), timeoutMs),
    setTimeout(() => fault('the check did not end at its deadline'), timeoutMs + OVERDUE_MS),
  ];
  const fault = (words: string) => {
    if (underWay.delete(id)) say({ type: 'fault', id, words });
  };
  try {
    const names = askBox?.ask();
    const here = names === undefined ? place : localVantage(probeKinds, { ...surroundings, resolve: names.resolve });
    const found = await here.check(
      {
        monitor,
        kind,
        spec: openSecrets(spec, key),
        timeoutMs,
        ...(trace && {
          trace: (step, detail) => say({ type: 'trace', id, step, ...(detail !== undefined && { detail }) }),
        }),
      },
      deadline.signal,
    );
    const finding = names?.judge(found) ?? found;
    if (underWay.delete(id)) process.stdout.write(writeFinding(id, finding));
  } catch (error) {
    fault(messageOf(error));
  } finally {
    for (const timer of timers) clearTimeout(timer);
    // The next life of this worker starts in half the memory, also when this one is killed.
    if (id === 1) flushCompileCache();
  }
}

function say(message: FromWorker): void {
  process.stdout.write(writeMessage(message));
}

function leave(): void {
  endAllGroups();
  process.exit(0);
}
