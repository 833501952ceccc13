import { test } from 'node:test';
import { killAgain } from '../collector/ledger/kill-again.ts';

test('killed two hundred times, it keeps every transition that was promised', (t) => killAgain(t, 200));
