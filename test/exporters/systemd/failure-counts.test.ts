import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFailureCounts } from '../../../exporters/systemd/failure-counts.ts';
import { DAY, MINUTE } from '../../../model/time.ts';

test('failures that a clock ahead had dated are no recent ones once it is right', () => {
  const now = Date.UTC(2026, 10, 21, 16);
  const counts = createFailureCounts();
  for (const at of [now + 3 * DAY, now - MINUTE]) counts.add('web.service', { result: 'exit-code', status: 1 }, at);
  assert.deepEqual(
    counts.recent('web.service', now).map(({ at }) => at),
    [now - MINUTE],
  );
});
