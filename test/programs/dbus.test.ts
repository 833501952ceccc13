import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createClock } from '../../collector/clock.ts';
import { socketOf } from '../../programs/dbus/address.ts';
import { openBus, THE_BUS } from '../../programs/dbus/connection.ts';
import { lengthOf, readMessage, writeCall } from '../../programs/dbus/message.ts';
import { Reader } from '../../programs/dbus/reader.ts';
import { until } from '../integration/until.ts';

/** A bus that lets everybody in and answers each call with what `answer` makes of its serial. */
async function falseBus(
  t: TestContext,
  answer: (serial: number, socket: Socket) => Buffer | undefined,
  greeting = 'OK 0\r\n',
) {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bus-'));
  const path = join(folder, 'bus');
  const sockets = new Set<Socket>();
  let serial = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    let greeted = false;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (!greeted) socket.write(greeting);
      else if (!chunk.subarray(0, 5).equals(Buffer.from('BEGIN'))) {
        const bytes = answer(++serial, socket);
        if (bytes !== undefined) socket.write(bytes);
      } else if (chunk.length > 7) socket.write(answer(++serial, socket) ?? '');
      greeted = true;
    });
  });
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
  return path;
}

/** A reply to a call, its body as it is given. */
function reply(serial: number, signature: string, body: Buffer): Buffer {
  // A call's bytes, made a reply's: the type, and the field "path" into "reply serial".
  const fields = Buffer.from([
    5,
    1,
    0x75,
    0,
    serial,
    0,
    0,
    0,
    8,
    1,
    0x67,
    0,
    signature.length,
    ...Buffer.from(signature),
    0,
  ]);
  const head = Buffer.alloc(16);
  head.set([0x6c, 2, 1, 1]);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(serial, 8);
  head.writeUInt32LE(fields.length, 12);
  return Buffer.concat([head, fields, Buffer.alloc((8 - (fields.length % 8)) % 8), body]);
}

/** A bus in a thread of its own that lets one in and then sends the same signal as fast as it can. */
const FLOOD = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const { address, sent, hello } = workerData;
  const block = Buffer.concat(Array(64).fill(Buffer.from(workerData.signal)));
  createServer((socket) => {
    let heard = 0;
    const flood = () => {
      do Atomics.add(sent, 0, BigInt(block.length));
      while (socket.write(block));
      socket.once('drain', flood);
    };
    socket.on('error', () => {}).on('data', () => {
      heard++;
      if (heard === 1) socket.write('OK 0\\r\\n');
      if (heard === 2) socket.write(Buffer.from(hello), flood);
    });
  }).listen(address, () => parentPort.postMessage('up'));
`;

const options = { clock: createClock(), onSignal: () => {}, answerMs: 20_000 };
/** For those that do not answer. */
const hasty = { ...options, answerMs: 2_000 };

test('what is written can be read again', () => {
  const bytes = writeCall({ ...THE_BUS, member: 'AddMatch', signature: 'sas', body: ['größe', ['a', '', 'ccc']] }, 7);
  assert.equal(lengthOf(bytes.subarray(0, 16)), bytes.length);
  const message = readMessage(bytes);
  assert.deepEqual(
    [message.type, message.member, message.path, message.signature],
    ['call', 'AddMatch', THE_BUS.path, 'sas'],
  );
  const body = message.body();
  assert.deepEqual([body.read('s'), body.read('as')], ['größe', ['a', '', 'ccc']]);
});

test('numbers, structures and variants are read as they were laid out, in both byte orders', () => {
  for (const little of [true, false]) {
    const bytes = Buffer.alloc(64);
    if (little) bytes.writeBigUInt64LE(1_795_239_846_547_267n, 8);
    else bytes.writeBigUInt64BE(1_795_239_846_547_267n, 8);
    bytes.fill(0xff, 16, 24);
    if (little) bytes.writeInt32LE(-5, 24);
    else bytes.writeInt32BE(-5, 24);
    bytes.set([1, 0x62, 0], 28);
    bytes[little ? 32 : 35] = 1;
    const reader = new Reader(bytes, little, 3);
    assert.deepEqual(reader.read('(tti)'), [1_795_239_846_547_267, Number.POSITIVE_INFINITY, -5]);
    assert.equal(reader.read('v'), true);
  }
});

test('no bytes make the reader hang, run off or take the process with it', () => {
  const types = ['a(ssssssouso)', 'v', 'a{sv}', 'as', '(sv)', 'a()', 'a', '(', 'a{', 'a{()()}', 'a{s()}', 'z', ''];
  for (let round = 0; round < 3_000; round++) {
    const bytes = randomBytes(8 + (round % 90));
    if (round % 3 === 0) bytes.fill(0, 0, 4);
    const type = types[round % types.length] ?? '';
    try {
      new Reader(bytes, true, 0).read(type);
    } catch (error) {
      assert.ok(error instanceof Error);
    }
  }
  const nested = Buffer.concat(Array.from({ length: 200 }, () => Buffer.from([1, 0x76, 0])));
  assert.throws(() => new Reader(nested, true, 0).read('v'), /nested too deep/);
});

test('a bus that says nonsense, or more than can be, is left; nothing waits for it any longer', async (t) => {
  const nonsense = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.concat([Buffer.from([0x78, 2, 1, 1]), Buffer.alloc(12)]),
    Buffer.concat([Buffer.from([0x6c, 2, 1, 1, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(8)]),
    reply(2, 's', Buffer.from([0xff, 0xff, 0xff, 0x7f])),
  ];
  for (const bytes of nonsense) {
    const gone: string[] = [];
    const address = await falseBus(t, (serial) => (serial === 1 ? reply(1, '', Buffer.alloc(0)) : bytes));
    const bus = await openBus({ ...options, address, onGone: (why) => gone.push(why) });
    const asked = bus.call({ ...THE_BUS, member: 'GetId' }).then((answer) => answer.body().read('s'));
    await assert.rejects(asked, /no D-Bus message|wanted at most|longer than its message/);
    bus.close();
    assert.equal(gone.length, 1);
  }
});

test('a bus that refuses, says nothing, answers nothing or hangs up is named with its reason', async (t) => {
  const open = (address: string) => openBus({ ...hasty, address, onGone: () => {} });
  await assert.rejects(open(await falseBus(t, () => undefined, 'REJECTED EXTERNAL\r\n')), /does not let us in/);
  await assert.rejects(open(await falseBus(t, () => undefined, '')), /no answer within 2 s/);
  await assert.rejects(open(await falseBus(t, () => undefined)), /did not answer Hello within 2 s/);
  await assert.rejects(
    open(await falseBus(t, (_, socket) => void socket.destroy())),
    /closed the connection|ECONNRESET/,
  );
  await assert.rejects(open('/nowhere/bus'), /no connection to the bus at \/nowhere\/bus: .*ENOENT/);
  await assert.rejects(open('tcp:host=127.0.0.1,port=1'), /is no address of a local bus/);
});

test('an answer that comes too late is for nobody, and the connection goes on', async (t) => {
  const held: (() => void)[] = [];
  const address = await falseBus(t, (serial, socket) => {
    if (serial !== 2) return reply(serial, '', Buffer.alloc(0));
    held.push(() => socket.write(reply(2, '', Buffer.alloc(0))));
    return undefined;
  });
  const bus = await openBus({ ...hasty, address, onGone: () => {} });
  await assert.rejects(bus.call({ ...THE_BUS, member: 'GetId' }), /did not answer GetId within 2 s/);
  await until(() => held.length === 1);
  held[0]?.();
  assert.equal((await bus.call({ ...THE_BUS, member: 'GetId' })).type, 'reply');
  bus.close();
});

test('a bus that says more than can be read waits, and not in our memory', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bus-'));
  const address = join(folder, 'bus');
  const sent = new BigInt64Array(new SharedArrayBuffer(8));
  const signal = Buffer.concat([Buffer.from([0x6c, 4, 1, 1, 0xf0, 3, 0, 0]), Buffer.alloc(1_016)]);
  const workerData = { address, sent, signal, hello: reply(1, '', Buffer.alloc(0)) };
  const sender = new Worker(FLOOD, { eval: true, workerData });
  t.after(async () => {
    await sender.terminate();
    await rm(folder, { recursive: true, force: true });
  });
  await new Promise((resolve) => sender.once('message', resolve));
  let heard = 0;
  const onSignal = () => {
    heard++;
    const began = performance.now();
    while (performance.now() - began < 0.5);
  };
  const bus = await openBus({ ...options, onSignal, address, onGone: () => {} });
  await until(() => heard > 3_000);
  // Eight megabytes wait here; some more are on their way through both sockets.
  const waiting = Number(Atomics.load(sent, 0)) - heard * signal.length;
  assert.ok(waiting < 16 * 1024 * 1024, `${waiting} bytes wait`);
  bus.close();
});

test('addresses are read as the specification writes them', () => {
  assert.deepEqual(socketOf('/run/bus'), { path: '/run/bus' });
  assert.deepEqual(socketOf('unix:path=/run/a%20b,guid=1'), { path: '/run/a b' });
  assert.deepEqual(socketOf('tcp:host=x;unix:abstract=/tmp/x'), { path: '\0/tmp/x' });
  assert.equal(socketOf('unixexec:path=/bin/sh'), undefined);
});
