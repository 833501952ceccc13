import { openAnswers } from './answers.ts';
import type { Clocks } from './clock-keeping.ts';
import { openToWrite } from './database.ts';
import type { FromThread, Request, ToThread } from './messages.ts';
import type { Owners } from './owner.ts';
import { migrationsOf, owners } from './owners.ts';
import { transaction } from './transaction.ts';
import { inWords, isForEver } from './trouble.ts';

/** The one writer of a ledger. Synchronous: it lives in a thread of its own. */
export interface Writer {
  /** Does what a batch of messages asks, in their order, and answers every question. Throws when the file is lost or damaged. */
  handle(batch: readonly ToThread[]): FromThread[];
}

/** Opens the ledger in `folder` to write; `begun` is what the clocks say now. Throws `LedgerRefused`. */
export function openWriter(folder: string, all: Owners = owners, begun?: Clocks): Writer {
  const db = openToWrite(folder, migrationsOf(all));
  const answers = openAnswers(db, all, begun);

  function kept<T>(act: () => T): T {
    const value = transaction(db, act, answers.undone);
    answers.stillThere();
    return value;
  }

  function alone(request: Request): FromThread {
    const act = () => answers.answer(request);
    try {
      const value = answers.isWrite(request) ? kept(act) : act();
      return { kind: 'answer', id: request.id, value };
    } catch (error) {
      if (isForEver(error)) throw error;
      return { kind: 'failure', id: request.id, message: inWords(error) };
    }
  }

  /** Group commit: what came while the disk was busy shares one transaction and one fsync. */
  function together(requests: readonly Request[]): FromThread[] {
    if (requests.length < 2) return requests.map(alone);
    try {
      const values = kept(() => requests.map(answers.answer));
      return requests.map(({ id }, index) => ({ kind: 'answer', id, value: values[index] }));
    } catch (error) {
      if (isForEver(error)) throw error;
      // One of them is at fault, or the disk is: alone each finds out for itself.
      return requests.map(alone);
    }
  }

  return {
    handle(batch) {
      const replies: FromThread[] = [];
      let group: Request[] = [];
      for (const message of batch) {
        if (message.kind === 'notes') {
          answers.take(message);
          continue;
        }
        answers.arrived(message);
        if (answers.isWrite(message)) group.push(message);
        else {
          replies.push(...together(group), alone(message));
          group = [];
        }
      }
      replies.push(...together(group));
      return replies;
    },
  };
}
