import { test } from 'node:test';
import { killAgainAndAgain } from '../integration/box-chaos.ts';
import { requireProgram } from '../require-program.ts';

test('a box that is killed sixty times loses nothing that anybody was told', async (t) => {
  if (requireProgram('victoria-metrics', t)) await killAgainAndAgain(60);
});
