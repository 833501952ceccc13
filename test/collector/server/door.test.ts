import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Door, type DoorOptions, openDoor } from '../../../collector/server/door.ts';
import { CannotListen } from '../../../collector/server/listen.ts';
import { type Route, say } from '../../../model/route.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };

async function doorWith(t: TestContext, routes: readonly Route[], options: DoorOptions = {}): Promise<Door> {
  const door = await openDoor(LOOPBACK, routes, options);
  t.after(() => door.close());
  return door;
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-door-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** What comes back for these bytes until the other side hangs up. */
function raw(door: Door, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(door.port, '127.0.0.1', () => socket.write(bytes));
    let heard = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}

const HELLO: Route = {
  on: ['box'],
  for: 'readers',
  methods: ['GET'],
  path: '/hello/:name',
  handle: ({ params }) => say(200, `hello ${params.name}`),
};

test('an address that leads nowhere is a 404 in plain words', async (t) => {
  const door = await doorWith(t, [HELLO]);
  const answer = await fetch(`${door.url}nothing`);
  assert.equal(answer.status, 404);
  assert.equal(await answer.text(), 'There is nothing at this address.\n');
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
});

test('a wrong method is a 405 that names the right ones', async (t) => {
  const door = await doorWith(t, [HELLO]);
  const answer = await fetch(`${door.url}hello/a`, { method: 'POST' });
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.get('allow'), 'GET, HEAD');
});

test('HEAD answers as GET does, without a body', async (t) => {
  const door = await doorWith(t, [HELLO]);
  const answer = await fetch(`${door.url}hello/a`, { method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-length'), '8');
  assert.equal(await answer.text(), '');
});

test('a name in an address is decoded, and one that cannot be is a 400', async (t) => {
  const door = await doorWith(t, [HELLO]);
  assert.equal(await (await fetch(`${door.url}hello/caf%C3%A9%2Fbar`)).text(), 'hello café/bar\n');
  assert.match(
    await raw(door, 'GET /hello/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    /^HTTP\/1\.1 400/,
  );
  assert.match(
    await raw(door, 'GET http://localhost/hello/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    /hello a/,
  );
});

test('a handler that fails says nothing of the fault to the client, all of it to the log', async (t) => {
  const faults: string[] = [];
  const broken: Route = {
    on: ['box'],
    for: 'readers',
    methods: ['GET'],
    path: '/broken',
    handle: () => {
      throw new Error('the inside of things');
    },
  };
  const door = await doorWith(t, [broken], { onFault: (fault, place) => faults.push(`${place}: ${fault}`) });
  const answer = await fetch(`${door.url}broken`);
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /inside|\.ts/);
  assert.deepEqual(faults, ['GET /broken: Error: the inside of things']);
});

test('a body over the limit is a 413, whether its length was announced or not', async (t) => {
  const sink: Route = {
    on: ['box'],
    for: 'writers',
    methods: ['POST'],
    path: '/sink',
    handle: async ({ read }) => say(200, `${(await read(1000)).length}`),
  };
  const door = await doorWith(t, [sink]);
  const post = (body: string | Readable) =>
    fetch(`${door.url}sink`, { method: 'POST', body: body as never, duplex: 'half' } as RequestInit);
  assert.equal(await (await post('x'.repeat(1000))).text(), '1000\n');
  assert.equal((await post('x'.repeat(1001))).status, 413);
  assert.equal((await post(Readable.from(['x'.repeat(600), 'x'.repeat(600)]))).status, 413);
  assert.equal((await post('x'.repeat(5_000_000))).status, 413);
  assert.equal(await (await post('still there')).text(), '11\n');
});

test('a client that sends its headers a byte at a time is cut off, and nobody else waits for it', async (t) => {
  const door = await doorWith(t, [HELLO], { headersMs: 300 });
  const sockets = Array.from({ length: 50 }, () => connect(door.port, '127.0.0.1'));
  const closed = sockets.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())));
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.write('GET /hello/slow HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  }
  const dripping = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('a');
  }, 50);
  t.after(() => clearInterval(dripping));
  assert.equal((await fetch(`${door.url}hello/quick`)).status, 200);
  await Promise.all(closed);
});

test('a client that asks and never reads is cut off', async (t) => {
  const flood: Route = {
    on: ['box'],
    for: 'readers',
    methods: ['GET'],
    path: '/flood',
    handle: () => ({
      status: 200,
      body: Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(65_536);
        })(),
      ),
    }),
  };
  const door = await doorWith(t, [flood], { idleMs: 300 });
  const socket = connect(door.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.pause();
  await wait(1_500);
  // Once it reads, it finds that the other side has hung up.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.resume();
  await closed;
});

test('garbage instead of a request closes the connection and nothing else', async (t) => {
  const door = await doorWith(t, [HELLO]);
  await raw(door, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is TLS\r\n\r\n').catch(() => {});
  assert.equal((await fetch(`${door.url}hello/a`)).status, 200);
});

test('headers without end are refused in words', async (t) => {
  const door = await doorWith(t, [HELLO]);
  const answer = await raw(door, `GET /hello/a HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 431 /);
});

test('a door that listens everywhere says an address that can be opened', async (t) => {
  const door = await openDoor({ host: '0.0.0.0', port: 0 }, [HELLO]);
  t.after(() => door.close());
  assert.equal(door.url, `http://localhost:${door.port}/`);
});

test('closing waits for what is being answered', async () => {
  const asked = Promise.withResolvers<void>();
  const slow: Route = {
    on: ['box'],
    for: 'readers',
    methods: ['GET'],
    path: '/slow',
    handle: async () => {
      asked.resolve();
      await wait(200);
      return say(200, 'done');
    },
  };
  const door = await openDoor(LOOPBACK, [slow]);
  const answer = fetch(`${door.url}slow`);
  await asked.promise;
  await door.close();
  assert.equal(await (await answer).text(), 'done\n');
  await assert.rejects(fetch(`${door.url}slow`));
});

test('an address in use is named, with what to change', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await assert.rejects(openDoor({ host: '127.0.0.1', port }, [], { setting: 'listen' }), {
    code: 'cannot-listen',
    message: `127.0.0.1:${port} is already in use by another program: stop that program, or change listen in the configuration.`,
  });
  await assert.rejects(
    openDoor({ host: '203.0.113.1', port: 0 }, [], { setting: 'listen' }),
    /is not an address of this machine/,
  );
});

test('the private socket is open to this user only, and one left by a killed box is replaced', async (t) => {
  const path = join(await folder(t), 'admin.socket');
  const mask = process.umask();
  await writeFile(path, 'left behind');
  const door = await openDoor({ socket: path }, [HELLO]);
  t.after(() => door.close());
  assert.equal(((await stat(path)).mode & 0o777).toString(8), '600');
  assert.equal(process.umask(), mask);
  const heard = await new Promise<string>((resolve, reject) => {
    request({ socketPath: path, path: '/hello/admin' }, (answer) => {
      answer.setEncoding('utf8');
      answer.on('data', resolve);
    })
      .on('error', reject)
      .end();
  });
  assert.equal(heard, 'hello admin\n');
});

test('a private socket that another box answers at is not taken from it', async (t) => {
  const path = join(await folder(t), 'admin.socket');
  const door = await openDoor({ socket: path }, []);
  t.after(() => door.close());
  await assert.rejects(openDoor({ socket: path }, []), (fault) => {
    assert.ok(fault instanceof CannotListen);
    assert.match(fault.message, /another Signalbox is running on this state directory/);
    return true;
  });
});

test('a state directory whose path is too long for a socket is said so', async (t) => {
  const path = join(await folder(t), 'x'.repeat(110), 'admin.socket');
  await assert.rejects(openDoor({ socket: path }, []), /at most 107 bytes; choose a shorter state directory/);
});
