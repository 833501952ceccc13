import { test } from 'node:test';
import { requireProgram } from '../require-program.ts';
import { killAgainAndAgain } from './box-chaos.ts';

test('a box that is killed three times loses nothing that anybody was told', async (t) => {
  if (requireProgram('victoria-metrics', t)) await killAgainAndAgain(3);
});
