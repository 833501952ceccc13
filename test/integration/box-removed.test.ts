import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { BoxHouse } from './box.ts';
import { until } from './until.ts';

const CONFIG = `
storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }
monitors:
  job: { heartbeat: { every: 1h, token: none } }
`;

/** At once: the box makes things anew while they are removed one by one. */
const remove = (folder: string) => rename(folder, `${folder}.gone`);

test('the state directory removed under the box: no heartbeat is acknowledged into nothing, and the next start has the history', async () => {
  await using house = await BoxHouse.open(CONFIG);
  const box = await house.start();
  const beat = () =>
    fetch(`${box.url}/heartbeat/job/ok`, { method: 'POST' }).then(
      (answer) => answer.status,
      () => 'gone',
    );
  assert.equal(await beat(), 200);
  await remove(house.data);
  assert.notEqual(await beat(), 200);
  assert.equal(await box.ended, 5);
  assert.match(box.log, /ledger\.db was removed while the box ran, and was put back/);
  const again = await house.start();
  await again.published('job', (one) => one.standing === 'up');
  again.signal('SIGINT');
  assert.equal(await again.ended, 0);
});

test('the spool removed under the box: it is said, /healthz tells, and it goes on by itself', async () => {
  await using house = await BoxHouse.open(CONFIG);
  const box = await house.start();
  await until(async () => (await box.metrics(/^signalbox_spool_bytes\{.*\} [1-9]/m)) !== '');
  await remove(join(house.data, 'spool'));
  await box.said(/the spool can't be written \(.*\.spool was removed while it was written\): pushes are refused/);
  await box.said(/the spool can be written again/);
  assert.equal(await fetch(`${box.url}/heartbeat/job/ok`, { method: 'POST' }).then((answer) => answer.status), 200);
  box.signal('SIGINT');
  assert.equal(await box.ended, 0);
});
