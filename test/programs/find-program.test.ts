import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findProgram } from '../../programs/find-program.ts';

test('the first that may be run is found, and administrators need no PATH for theirs', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-program-'));
  t.after(() => rm(folder, { recursive: true }));
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  for (const path of [one, two]) await mkdir(path);
  await writeFile(join(one, 'tool'), '', { mode: 0o644 });
  await writeFile(join(two, 'tool'), '', { mode: 0o755 });
  assert.equal(await findProgram('tool', `:${one}:${folder}/none:${two}`), join(two, 'tool'));
  assert.equal(await findProgram('tool', one), undefined);
  assert.equal(await findProgram('tool', ''), undefined);
  assert.match((await findProgram('sh')) ?? '', /\/sh$/);
});
