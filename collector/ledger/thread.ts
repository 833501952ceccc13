import type { Worker } from 'node:worker_threads';
import type { FromThread, Kind, Requests, ToThread } from './messages.ts';
import { LedgerGone, LedgerRefused, LedgerUnwritable } from './trouble.ts';

/** The ledger's thread, as the rest of the process sees it. */
export interface Thread {
  tell(message: ToThread): void;
  /** Rejects with `LedgerUnwritable` when it could not be done or too many wait already, `LedgerGone` when the thread ended first. */
  ask<K extends Kind>(kind: K, ask: Requests[K]['ask']): Promise<Requests[K]['answer']>;
}

/** Requests that may wait for an answer while the disk hangs. */
const WAITING = 10_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Waits until the thread has its file open; rejects with `LedgerRefused` when it refuses. */
export function startThread(
  worker: Worker,
  onTrouble: (message: string) => void,
  onGone: (why: string) => void = onTrouble,
): Promise<Thread> {
  const waiting = new Map<number, Waiting>();
  const started = Promise.withResolvers<Thread>();
  let lastId = 0;
  let gone: LedgerGone | undefined;

  function end(why: string): void {
    if (gone !== undefined) return;
    gone = new LedgerGone(why);
    if (!closing) onGone(why);
    else if (waiting.size > 0) onTrouble(why);
    for (const one of waiting.values()) one.reject(gone);
    waiting.clear();
    started.reject(gone);
  }
  let closing = false;

  const thread: Thread = {
    tell(message) {
      if (gone === undefined) worker.postMessage(message);
    },
    ask(kind, ask) {
      if (gone !== undefined) return Promise.reject(gone);
      if (waiting.size >= WAITING) {
        return Promise.reject(new LedgerUnwritable(`the disk has not answered ${WAITING} questions that came before`));
      }
      closing ||= kind === 'close';
      const id = ++lastId;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      worker.postMessage({ kind, id, ...ask });
      return answer.promise as Promise<Requests[typeof kind]['answer']>;
    },
  };

  worker.on('message', (message: FromThread) => {
    if (message.kind === 'ready') started.resolve(thread);
    else if (message.kind === 'refused') {
      closing = true;
      started.reject(new LedgerRefused(message.message));
    } else {
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'answer') one?.resolve(message.value);
      else one?.reject(new LedgerUnwritable(message.message));
    }
  });
  worker.on('error', (error) => end(`the ledger cannot go on: ${error.message}`));
  worker.on('exit', () => end("the ledger's thread has ended"));
  return started.promise;
}
