/** The thread that looks at the firewall once and ends: the walk may take longer than the probes' loop may be held. */
import { parentPort, workerData } from 'node:worker_threads';
import { type LookTask, look } from './look.ts';
import type { ThreadReply } from './thread.ts';

if (parentPort === null) throw new Error('look-thread.ts is a worker thread: start it through thread.ts');
const port = parentPort;
const calledOff = new AbortController();
port.once('message', () => calledOff.abort(new Error('it was called off')));
let reply: ThreadReply;
try {
  reply = { looked: await look(workerData as LookTask, calledOff.signal) };
} catch (error) {
  reply = { failed: error instanceof Error ? error.message : String(error) };
}
port.postMessage(reply);
port.close();
