import { test } from 'node:test';
import { killAgain } from './kill-again.ts';

test('killed at any instant, it keeps every transition that was promised', (t) => killAgain(t, 20, 1_200));
