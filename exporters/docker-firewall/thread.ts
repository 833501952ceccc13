import { Worker } from 'node:worker_threads';
import type { Clock } from '../../model/time.ts';
import type { Looked, LookTask } from './look.ts';

export type ThreadReply = { readonly looked: Looked } | { readonly failed: string };

/** A thread that was called off has so long to end the programs that it has started. */
const GRACE_MS = 500;

/** Looks in a thread of its own, which ends with it. Rejects in words when nothing can be seen, or with the signal's reason. */
export async function lookInThread(task: LookTask, clock: Clock, signal: AbortSignal): Promise<Looked> {
  signal.throwIfAborted();
  const thread = new Worker(new URL('./look-thread.ts', import.meta.url), {
    name: 'docker-firewall',
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 },
  });
  const replied = Promise.withResolvers<ThreadReply>();
  let cancel = () => {};
  const callOff = () => {
    thread.postMessage('end');
    cancel = clock.after(GRACE_MS, () => void thread.terminate());
  };
  signal.addEventListener('abort', callOff, { once: true });
  thread.once('message', replied.resolve);
  thread.once('error', replied.reject);
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => {
      replied.reject(new Error('its thread ended without a word'));
      resolve();
    });
  });
  try {
    const reply = await replied.promise;
    signal.throwIfAborted();
    if ('failed' in reply) throw new Error(reply.failed);
    return reply.looked;
  } finally {
    signal.removeEventListener('abort', callOff);
    await ended;
    cancel();
  }
}
