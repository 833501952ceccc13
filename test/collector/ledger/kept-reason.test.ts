import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { quote, reason, reasonInWords, targetAfter } from '../../../model/reason.ts';
import { DAY, MINUTE } from '../../../model/time.ts';
import { ledgerFor, START, stand, transition, viewOf } from './open-ledger.ts';

const WHY = reason`unreachable because of ${{ monitor: 'nas', title: 'The NAS' }}${targetAfter(' at ', '10.0.0.5')}: ${quote('no', 'what came')} since ${{ at: START, zone: 'UTC', seconds: true }}`;

test('a reason comes back in all its parts, of a stand and of a transition', async (t) => {
  const { ledger, folder, close } = await ledgerFor(t);
  await ledger.transitions.keep(
    [transition(START, 'up', 'down', { reason: WHY })],
    [stand(START, 'down', START + MINUTE, { reason: WHY })],
  );
  await close();
  using view = viewOf(folder);
  assert.deepEqual(view.transitions.of('web', 0, START + DAY, 10)[0]?.reason, WHY);
  assert.deepEqual(view.standings.current()[0]?.reason, WHY);
});

test('one that is longer than anybody reads is cut, and is still a reason', async (t) => {
  const { ledger, folder, close } = await ledgerFor(t);
  const long = reason`connected${targetAfter(' to ', 'x'.repeat(5_000))}`;
  await ledger.transitions.keep([transition(START, 'up', 'down', { reason: long })], []);
  await close();
  using view = viewOf(folder);
  const [kept] = view.transitions.of('web', 0, START + DAY, 10);
  assert.equal(reasonInWords(kept?.reason ?? []).length, 1_000);
  assert.equal(kept?.reason[0], 'connected');
});

test('what another program wrote there is one text that nobody knows', async (t) => {
  const { ledger, folder, close } = await ledgerFor(t);
  for (const at of [START, START + 1]) await ledger.transitions.keep([transition(at, 'up', 'down')], []);
  await close();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  for (const [at, text] of ['because of vault', '{"target":"vault"}'].entries())
    db.prepare('UPDATE transition SET reason = ? WHERE at = ?').run(text, START + at);
  db.close();
  using view = viewOf(folder);
  assert.deepEqual(
    view.transitions.of('web', 0, START + DAY, 10).map((one) => one.reason),
    [[{ quote: '{"target":"vault"}' }], [{ quote: 'because of vault' }]],
  );
});
