/** A box whose series end as soon as they have begun: prints each once its marker is durable. Runs until it is killed. */
import { openSampleSource } from '../../collector/sample-source.ts';
import { identity, storageLine } from './storage-line.ts';

const [folder = '', url = '', run = ''] = process.argv.slice(2);
const { spool, clock } = await storageLine({ write: url, read: url }, { folder });
const source = openSampleSource(spool);

for (let number = 0; ; number++) {
  const at = clock.now();
  source.begin(at);
  source.offer([{ name: 'brief', labels: { run, number: `${number}` }, value: 1 }], identity);
  source.finish();
  // What was given before it is durable with it.
  await spool.keep([{ name: 'after', labels: { run }, value: number }], identity, at);
  if (number > 0) process.stdout.write(`${run} ${number - 1}\n`);
}
