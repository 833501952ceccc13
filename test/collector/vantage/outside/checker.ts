/** Checks addresses by tcp from `outside`, as a box would, and prints the findings. */
import { createServer } from 'node:net';
import { createClock } from '../../../../collector/clock.ts';
import { createResolver } from '../../../../collector/names/resolver.ts';
import { probeKinds } from '../../../../collector/probes/index.ts';
import { createOutsideDoor } from '../../../../collector/vantage/outside/outside.ts';
import { openVantages } from '../../../../collector/vantage/vantages.ts';
import type { Monitor } from '../../../../model/monitor.ts';

const clock = createClock();
const door = createOutsideDoor(clock);
const hostsFile = process.argv[2] ?? '/etc/hosts';
const surroundings = { clock, resolve: createResolver({ clock, hostsFile }), pulses: () => ({}) };
const vantages = openVantages(probeKinds, surroundings, door.open, (words) => console.error(words));
const server = createServer((socket) => socket.end(`hello ${socket.remoteAddress}\n`)).listen(8080, '0.0.0.0');
const findings = [];
for (const host of process.argv.slice(3)) {
  const place = vantages.placeOf({ kind: 'tcp' } as Monitor, 'outside');
  const request = {
    monitor: 'm',
    kind: 'tcp',
    spec: { address: { host, port: 8080 }, expect: 'hello' },
    timeoutMs: 30_000,
  };
  const { verdict, reason } = await place.check(request, AbortSignal.timeout(30_000));
  findings.push({ place: place.name, verdict, reason });
}
await vantages.stop();
await door.stop();
server.close();
console.log(JSON.stringify(findings));
