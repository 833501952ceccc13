/** A box reduced to its line to storage: pushes as fast as it can and prints each batch once it was acknowledged. Runs until it is killed. */
import { batch, identity, storageLine } from './storage-line.ts';

const [folder = '', url = '', run = ''] = process.argv.slice(2);
const line = await storageLine({ write: url, read: url }, { folder });
let next = 0;

async function push(): Promise<void> {
  for (;;) {
    const number = next++;
    const count = 1 + ((number * 37) % 200);
    await line.spool.keep(
      batch('acknowledged', count, line.clock.now(), { run, number: `${number}` }),
      identity,
      line.clock.now(),
    );
    process.stdout.write(`${run} ${number} ${count}\n`);
  }
}

setInterval(() => line.spool.offer(batch('own', 15, line.clock.now()), identity, line.clock.now()), 20);
await Promise.all([push(), push(), push()]);
