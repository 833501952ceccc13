/** The floor: what Node itself takes for one request on a fresh connection. Run as `bare-socket.ts <port>`; prints microseconds of processor time for each. */
import { connect } from 'node:net';

const CHECKS = 3000;
const WARM = 1000;
const AT_ONCE = 10;
const ROUNDS = 3;
const port = Number(process.argv[2]);

function bare(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    socket.on('data', () => {});
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}

async function run(count: number): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, bare));
}

await run(WARM);
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < ROUNDS; round++) {
  const before = process.cpuUsage();
  await run(CHECKS);
  const { user, system } = process.cpuUsage(before);
  best = Math.min(best, (user + system) / CHECKS);
}
process.stdout.write(`${best}\n`);
