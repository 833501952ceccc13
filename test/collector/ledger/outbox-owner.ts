/**
 * Somebody who writes something down for each transition, as whoever mails would: its rows and its cursor are kept together. Started
 * as a program it keeps transitions, and acts on them, in the folder it is given until it is killed; it says what was kept.
 */
import { writeSync } from 'node:fs';
import type { Owner, Reading, Writing } from '../../../collector/ledger/owner.ts';
import { type KeptTransition, openCursor } from '../../../collector/ledger/owners/transitions.ts';
import { migrationsOf, owners } from '../../../collector/ledger/owners.ts';
import { openWriter } from '../../../collector/ledger/writer.ts';
import { reasonInWords } from '../../../model/reason.ts';
import { START, transition } from './open-ledger.ts';

export const outbox = {
  migrations: [
    {
      version: migrationsOf(owners).length + 1,
      sql: 'CREATE TABLE outbox (id INTEGER PRIMARY KEY, reason TEXT NOT NULL)',
    },
  ],
  reads: {
    all({ db }: Reading) {
      const read = db.prepare('SELECT reason FROM outbox ORDER BY id');
      return (): string[] => read.all().map(({ reason }) => String(reason));
    },
  },
  writes: {
    add(writing: Writing) {
      const insert = writing.db.prepare('INSERT INTO outbox (reason) VALUES (?)');
      const move = openCursor(writing);
      return (transitions: readonly KeptTransition[]): void => {
        if (!move('outbox', transitions.at(-1)?.id ?? 0)) return;
        for (const { reason } of transitions) insert.run(reasonInWords(reason));
      };
    },
  },
} satisfies Owner;

/** A ledger with an outbox, asked one question at a time. */
export function openOutbox(folder: string): (owner: string, question: string, ...args: unknown[]) => unknown {
  const writer = openWriter(folder, { ...owners, outbox });
  let id = 0;
  return (owner, question, ...args) => {
    const [reply] = writer.handle([{ kind: 'ask', id: ++id, owner, question, args }]);
    if (reply?.kind !== 'answer') throw new Error(JSON.stringify(reply));
    return reply.value;
  };
}

/** Acts on every transition that it has not acted on. */
export function actOn(ask: ReturnType<typeof openOutbox>): void {
  const done = ask('transitions', 'follow', 'outbox');
  const found = ask('transitions', 'after', done, 100) as KeptTransition[];
  if (found.length > 0) ask('outbox', 'add', found);
}

if (import.meta.main) {
  const [folder = '', round = ''] = process.argv.slice(2);
  const ask = openOutbox(folder);
  actOn(ask);
  for (let count = 0; ; count++) {
    const reason = `${round}-${count}`;
    ask('transitions', 'keep', [transition(START, 'up', 'down', { reason: [reason] })], []);
    writeSync(1, `${reason}\n`);
    // Some wait for company.
    if (count % 3 > 0) actOn(ask);
  }
}
