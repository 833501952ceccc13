import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { followTransitions } from '../../../collector/ledger/follow-transitions.ts';
import { reasonInWords } from '../../../model/reason.ts';
import { MINUTE } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { folderFor, ledgerFor, START, transition } from './open-ledger.ts';
import { actOn, openOutbox } from './outbox-owner.ts';

const KILLS = 12;

/** Starts a program of this folder, and kills it when it has said enough. Answers the lines it said. */
async function killed(t: TestContext, program: string, args: readonly string[], lines: number): Promise<string[]> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  await once(child, 'close');
  assert.equal(child.signalCode, 'SIGKILL', said);
  return said.split('\n').slice(0, -1);
}

/** A follower in this process, and what it acted on. */
function follower(t: TestContext, { ledger, clock }: Awaited<ReturnType<typeof ledgerFor>>, act = () => {}) {
  const acted: string[] = [];
  const troubles: string[] = [];
  const one = followTransitions({
    clock,
    ledger,
    name: 'mail',
    act(transitions) {
      act();
      acted.push(...transitions.map(({ reason }) => reasonInWords(reason)));
    },
    onTrouble: (message) => troubles.push(message),
  });
  t.after(() => one.stop());
  return { ...one, acted, troubles };
}

test('a box killed between keeping a transition and acting on it acts on it at its next start, and then no more', async (t) => {
  const folder = await folderFor(t);
  const kept = await killed(t, './idle-follower.ts', [folder], 3);
  assert.deepEqual(kept, ['1', '2', '3']);
  for (const expected of [['1', '2', '3'], []]) {
    const box = await ledgerFor(t, new FakeClock(START), folder);
    const mail = follower(t, box);
    await mail.stop();
    assert.deepEqual(mail.acted, expected);
    await box.close();
  }
});

test('what is written for a transition is written once, whenever the box is killed', async (t) => {
  const folder = await folderFor(t);
  const kept: string[] = [];
  openOutbox(folder)('transitions', 'follow', 'outbox');
  for (let round = 0; round < KILLS; round++)
    kept.push(...(await killed(t, './outbox-owner.ts', [folder, String(round)], 1 + Math.floor(Math.random() * 40))));
  const ask = openOutbox(folder);
  actOn(ask);
  const written = ask('outbox', 'all') as string[];
  assert.equal(new Set(written).size, written.length, 'nothing twice');
  const missing = kept.filter((reason) => !written.includes(reason));
  assert.deepEqual(missing, [], 'nothing lost');
});

test('who is new begins with what comes from now on, and is woken for each', async (t) => {
  const box = await ledgerFor(t);
  await box.ledger.transitions.keep([transition(START, 'up', 'down', { reason: ['before'] })], []);
  const mail = follower(t, box);
  await box.ledger.transitions.follow('mail');
  for (const reason of ['one', 'two']) {
    await box.ledger.transitions.keep([transition(START, 'up', 'down', { reason: [reason] })], []);
    mail.wake();
  }
  await box.ledger.transitions.keep(
    [transition(START, 'up', 'down', { vantage: 'local', reason: ['of a vantage'] })],
    [],
  );
  await mail.stop();
  assert.deepEqual(mail.acted, ['one', 'two']);
});

test('what could not be acted on comes again, in order; it is said once', async (t) => {
  const box = await ledgerFor(t);
  let failures = 0;
  const mail = follower(t, box, () => {
    if (failures++ < 3) throw new Error('the mail server is away');
  });
  await box.ledger.transitions.follow('mail');
  for (const reason of ['one', 'two']) {
    await box.ledger.transitions.keep([transition(START, 'up', 'down', { reason: [reason] })], []);
    mail.wake();
  }
  while (mail.acted.length === 0) {
    await box.clock.advance(MINUTE);
    await box.ledger.pulses.latest();
  }
  await mail.stop();
  assert.deepEqual(mail.acted, ['one', 'two']);
  assert.deepEqual(mail.troubles, ['transitions wait to be acted on (mail): the mail server is away']);
});
