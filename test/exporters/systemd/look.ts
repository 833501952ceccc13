/** Looks at one unit over the system bus as whoever runs it, and prints what was seen. */
import { createClock } from '../../../collector/clock.ts';
import { openUnits } from '../../../exporters/systemd/units.ts';

const units = openUnits(createClock());
const address = { unit: process.argv[2] ?? '' };
const report = await units.look(address, AbortSignal.timeout(10_000));
const lines = await units.lastLines(address, report, AbortSignal.timeout(10_000));
console.log(JSON.stringify({ user: process.getuid?.(), words: report.failure?.words, lines }));
await units.stop();
