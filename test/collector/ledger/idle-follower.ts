/** A process that keeps transitions in the folder it is given, and never comes round to acting on them. */
import { createClock } from '../../../collector/clock.ts';
import { followTransitions } from '../../../collector/ledger/follow-transitions.ts';
import { openLedger } from '../../../collector/ledger/open.ts';
import { START, transition } from './open-ledger.ts';

const clock = createClock();
const ledger = await openLedger(process.argv[2] ?? '', { clock, onTrouble: () => {} });
const follower = followTransitions({
  clock,
  ledger,
  name: 'mail',
  act: () => new Promise(() => {}),
  onTrouble: () => {},
});
await ledger.transitions.follow('mail');
for (const reason of ['1', '2', '3']) {
  await ledger.transitions.keep([transition(START, 'up', 'down', { reason: [reason] })], []);
  follower.wake();
  process.stdout.write(`${reason}\n`);
}
