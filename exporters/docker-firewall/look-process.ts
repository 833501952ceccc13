/** The process that looks at the firewall once and ends: it is told its task on its input, and called off by SIGTERM. */
import { flushCompileCache } from 'node:module';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../model/errors.ts';
import { type LookTask, look } from './look.ts';
import type { Reply } from './look-apart.ts';

const calledOff = new AbortController();
process.on('SIGTERM', () => calledOff.abort(new Error('it was called off')));
// A Ctrl-C in the box's terminal reaches us too; the box says when it is over.
process.on('SIGINT', () => {});
let reply: Reply;
try {
  reply = { looked: await look(JSON.parse(await text(process.stdin)) as LookTask, calledOff.signal) };
} catch (error) {
  reply = { failed: messageOf(error) };
}
process.stdout.write(JSON.stringify(reply));
// The next one starts in half the time.
flushCompileCache();
