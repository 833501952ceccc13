import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClock } from '../../collector/clock.ts';
import { probeKinds } from '../../collector/probes/index.ts';
import { startVantage } from '../../collector/vantage/client.ts';
import { reasonInWords } from '../../model/reason.ts';
import { requireProgram } from '../require-program.ts';

const WORKER = fileURLToPath(new URL('../../collector/vantage/worker.ts', import.meta.url));

test('a worker started in a network of its own sees what can be seen from there', async (t) => {
  const unshare = requireProgram('unshare', t);
  if (!unshare) return;
  if (process.getuid?.() !== 0) return t.skip('a network namespace needs root');
  // A probe that has seen enough resets its connection.
  const server = createServer((socket) => void socket.on('error', () => {}).end('220 welcome\r\n')).listen(
    0,
    '127.0.0.1',
  );
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };

  const { schema } = (await probeKinds.tcp?.settings()) ?? assert.fail('there is no tcp probe');
  const spec = schema.parse({ address: `127.0.0.1:${port}` });
  const check = { monitor: 'port', kind: 'tcp', spec, timeoutMs: 20_000 };
  const open = (name: string, command: readonly string[]) => {
    const vantage = startVantage({ name, clock: createClock(), command, onTrouble: (words) => t.diagnostic(words) });
    t.after(() => vantage.stop());
    return vantage;
  };
  const here = open('here', [process.execPath, WORKER]);
  const there = open('there', [unshare, '--net', process.execPath, WORKER]);
  const never = new AbortController().signal;
  assert.equal((await here.check(check, never)).verdict, 'up');
  const finding = await there.check(check, never);
  assert.equal(finding.verdict, 'down', 'nothing listens there, the loopback is not even up');
  assert.match(reasonInWords(finding.reason), /unreachable|refused|no route|timed out|within/i);
});
