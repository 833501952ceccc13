import { GROUPED, openAnswers } from './answers.ts';
import { openToWrite } from './database.ts';
import type { FromThread, Question, ToThread } from './messages.ts';
import { transaction } from './transaction.ts';
import { inWords, isForEver } from './trouble.ts';

/** The one writer of a ledger. Synchronous: it lives in a thread of its own. */
export interface Writer {
  /** Does what a batch of messages asks, in their order, and answers every question. Throws when the file is lost or damaged. */
  handle(batch: readonly ToThread[]): FromThread[];
}

/** Opens the ledger in `folder` to write. Throws `LedgerRefused`. */
export function openWriter(folder: string): Writer {
  const db = openToWrite(folder);
  const answers = openAnswers(db);

  function alone(question: Question): FromThread {
    const act = () => answers.answer(question);
    try {
      const value = GROUPED.includes(question.kind) ? transaction(db, act, answers.undone) : act();
      return { kind: 'answer', id: question.id, value };
    } catch (error) {
      if (isForEver(error)) throw error;
      return { kind: 'failure', id: question.id, message: inWords(error) };
    }
  }

  /** Group commit: what came while the disk was busy shares one transaction and one fsync. */
  function together(questions: readonly Question[]): FromThread[] {
    if (questions.length < 2) return questions.map(alone);
    try {
      const values = transaction(db, () => questions.map(answers.answer), answers.undone);
      return questions.map(({ id }, index) => ({ kind: 'answer', id, value: values[index] }));
    } catch {
      // One of them is at fault, or the disk is: alone each finds out for itself.
      return questions.map(alone);
    }
  }

  return {
    handle(batch) {
      const replies: FromThread[] = [];
      let group: Question[] = [];
      for (const message of batch) {
        if (message.kind === 'notes') {
          answers.take(message);
          continue;
        }
        answers.arrived(message);
        if (GROUPED.includes(message.kind)) group.push(message);
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
