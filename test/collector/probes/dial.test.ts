import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../../collector/clock.ts';
import { connectionReason } from '../../../collector/probes/connection-words.ts';
import { DialFailed, dial } from '../../../collector/probes/dial.ts';
import { oneLine, plainText } from '../../../model/outside-text.ts';
import { reasonInWords } from '../../../model/reason.ts';
import { wire } from './http/asking.ts';

const clock = createClock();
const four = { address: '127.0.0.1', family: 4 } as const;
const six = { address: '::1', family: 6 } as const;
const { signal } = new AbortController();

test('the next address is tried at once when one refuses', async () => {
  await using server = await wire(() => {});
  const { socket, peer } = await dial([six, four], server.port, clock, signal);
  socket.destroy();
  assert.deepEqual(peer, four);
});

test('when nobody answers, the error is that of somebody who said something', async () => {
  const server = await wire(() => {});
  await server[Symbol.asyncDispose]();
  const nowhere = { address: '203.0.113.1', family: 4 } as const;
  const failed = await dial([four], server.port, clock, signal).catch((error: unknown) => error);
  assert.ok(failed instanceof DialFailed);
  const why = reasonInWords(connectionReason(failed.cause, { ...failed.peer, port: 80 }));
  assert.equal(why, 'connection refused by 127.0.0.1:80');
  assert.equal(
    reasonInWords(connectionReason(Object.assign(new Error(), { code: 'EMFILE' }), { ...nowhere, port: 80 })),
    'check could not be made: too many files are open in this process',
  );
});

test('what is called off is over at once', async () => {
  const early = AbortSignal.abort(new Error('enough'));
  await assert.rejects(dial([four], 9, clock, early), /enough/);
});

test('text from outside cannot break a line, hide, or steer a terminal', () => {
  assert.equal(oneLine('a\r\nb\u001b[31mc\u202ed\u0000'), 'a bc d');
  assert.equal(oneLine('x'.repeat(500), 10), 'xxxxxxxxx…');
  assert.equal(plainText('a\r\n\tb\u001b[31m\nc', 100), 'a\n  b[31m\nc');
  assert.equal(plainText('é'.repeat(50), 10).length, 10);
});
