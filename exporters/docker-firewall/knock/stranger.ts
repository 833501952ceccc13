/** The stranger: a process in the namespace outside that is told targets on its input, knocks, prints the answers and ends. */
import { text } from 'node:stream/consumers';
import { knockAll, type Target } from './knock.ts';

const targets = JSON.parse(await text(process.stdin)) as readonly Target[];
process.stdout.write(JSON.stringify(await knockAll(targets)));
