import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { until } from '../../integration/until.ts';
import { exporterFor, machineFor } from './machine.ts';

test('a Docker that hangs holds up no other source', async (t) => {
  const machine = await machineFor(t, { 'var/log/dpkg.log': '' });
  const socket = machine.at('daemon.sock');
  const daemon = createServer(() => {});
  await new Promise<void>((resolve) => void daemon.listen(socket, resolve));
  t.after(() => {
    daemon.closeAllConnections();
    daemon.close();
  });
  const box = await exporterFor(t, machine.root, { socket });
  const began = performance.now();
  const collect = () => box.collect(AbortSignal.timeout(300));
  await collect();
  for (const name of ['one', 'two']) {
    await appendFile(
      machine.at('var/log/dpkg.log'),
      `${new Date().toISOString().slice(0, 19).replace('T', ' ')} install ${name}:all <none> 1\n`,
    );
    await until(
      async () => {
        await collect();
        return box.told.some(({ what }) => what === name);
      },
      60_000,
      `${name} is told`,
    );
  }
  assert.ok(performance.now() - began < 15_000);
  // A collection that was cut short is counted by the next one.
  await until(async () => {
    await collect();
    return /"package":\{"total":2/.test(await readFile(machine.at('state/tally.json'), 'utf8'));
  });
});
