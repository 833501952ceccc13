/** A process that writes to the ledger in the folder it is given until it is killed, and says on stdout what it was promised. */
import { openLedger } from '../../../collector/ledger/open.ts';
import { claimStateDirectory } from '../../../collector/ledger/state-directory.ts';
import type { Clock } from '../../../model/time.ts';
import { check, stand, transition } from './open-ledger.ts';

/** Its clock runs faster, so that a kill within seconds falls anywhere between flushes. */
const HASTE = 8;
const [folder = '', begin = '0', round = '0'] = process.argv.slice(2);

const started = performance.now();
const elapsed = () => (performance.now() - started) * HASTE;
const clock: Clock = {
  now: () => Math.floor(Number(begin) + elapsed()),
  steady: elapsed,
  monotonic: elapsed,
  after(ms, callback) {
    const timer = setTimeout(callback, ms / HASTE);
    return () => clearTimeout(timer);
  },
};

using _claimed = claimStateDirectory(folder);
const ledger = await openLedger(folder, {
  clock,
  onTrouble: (message) => process.stdout.write(`trouble ${message}\n`),
});
const before = await ledger.standings.kept();
process.stdout.write(`stands ${before.find(({ vantage }) => vantage === '')?.reason.join('') ?? ''}\n`);

setInterval(() => {
  const at = clock.now();
  for (let index = 0; index < 20; index++) ledger.note({ ...check(at), monitor: `m${index}` }, 1_000);
  process.stdout.write(`noted ${at}\n`);
}, 20);

for (let count = 0; ; count++) {
  const reason = `${round}-${count}`;
  const at = clock.now();
  process.stdout.write(`keeping ${at}\n`);
  await ledger.transitions.keep(
    [transition(at, 'up', 'down', { reason: [reason] })],
    [stand(at, 'down', at + 60_000, { reason: [reason] })],
  );
  process.stdout.write(`kept ${reason}\n`);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
}
