/**
 * The floor: what Node itself takes for one request on a fresh connection, as often a second as the box checks.
 * Run as `bare-socket.ts <port> <requests a second>`; prints microseconds of processor time for each.
 */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const WARM_MS = 3_000;
const ROUND_MS = 3_000;
const ROUNDS = 3;
const [port = 0, perSecond = 0] = process.argv.slice(2).map(Number);
let made = 0;

for (let one = 0; one < perSecond; one++) setTimeout(() => setInterval(request, 1000), (1000 * one) / perSecond);

function request(): void {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });
  socket.on('data', () => {});
  socket.on('close', () => made++);
}

await pause(WARM_MS);
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < ROUNDS; round++) {
  const from = made;
  const before = process.cpuUsage();
  await pause(ROUND_MS);
  const { user, system } = process.cpuUsage(before);
  best = Math.min(best, (user + system) / (made - from));
}
process.stdout.write(`${best}\n`, () => process.exit());
