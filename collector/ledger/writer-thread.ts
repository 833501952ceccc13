import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Clocks } from './clock-keeping.ts';
import type { FromThread, ToThread } from './messages.ts';
import { owners } from './owners.ts';
import { inWords } from './trouble.ts';
import { openWriter, type Writer } from './writer.ts';

/** What the thread is started with. */
export interface WriterData {
  readonly folder: string;
  /** The thread has no clock of its own. */
  readonly begun: Clocks;
}

/** The thread that owns the ledger's file: everything that may wait for the disk happens here. */
function serve(port: MessagePort, { folder, begun }: WriterData): void {
  const say = (message: FromThread) => port.postMessage(message);
  let writer: Writer;
  try {
    writer = openWriter(folder, owners, begun);
  } catch (error) {
    say({ kind: 'refused', message: inWords(error) });
    return;
  }
  port.on('message', (first: ToThread) => {
    const batch = [first];
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      batch.push(next.message);
    }
    for (const reply of writer.handle(batch)) say(reply);
    if (batch.some((message) => message.kind === 'close')) port.close();
  });
  say({ kind: 'ready' });
}

if (parentPort !== null) serve(parentPort, workerData);
