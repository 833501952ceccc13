/** Checks addresses by tcp from `outside`, as a box would, and prints the findings. */
import { createServer } from 'node:net';
import { createClock } from '../../../../collector/clock.ts';
import { createResolver } from '../../../../collector/names/resolver.ts';
import { probeKinds } from '../../../../collector/probes/index.ts';
import { createOutsideDoor } from '../../../../collector/vantage/outside/outside.ts';
import { openVantages } from '../../../../collector/vantage/vantages.ts';
import { reasonInWords } from '../../../../model/reason.ts';

const clock = createClock();
const door = createOutsideDoor(clock);
const hostsFile = process.argv[2] ?? '/etc/hosts';
const surroundings = { clock, resolve: createResolver({ clock, hostsFile }), pulses: () => ({}) };
const onTrouble = (words: string) => console.error(words);
/** Says of 8081, on which nothing listens, why a stranger cannot reach it. */
const portVerdict = (protocol: string, port: number) =>
  protocol === 'tcp' && port === 8081 ? 'policy DROP of FORWARD' : undefined;
const vantages = await openVantages({ kinds: probeKinds, surroundings, outside: door.open, onTrouble }, portVerdict);
const server = createServer((socket) => socket.end(`hello ${socket.remoteAddress}\n`)).listen(8080, '0.0.0.0');
const findings = [];
for (const address of process.argv.slice(3)) {
  const [host = '', port = '8080'] = address.split(':');
  const monitor = { traits: { by: 'a connection' }, port: { protocol: 'tcp', number: Number(port) } } as const;
  const place = vantages.placeOf(monitor, 'outside');
  const request = {
    monitor: 'm',
    kind: 'tcp',
    spec: { address: { host, port: Number(port) }, expect: 'hello' },
    timeoutMs: 30_000,
  };
  const { verdict, reason } = await place.check(request, AbortSignal.timeout(30_000));
  findings.push({ place: place.name, verdict, reason: reasonInWords(reason) });
}
await vantages.stop();
await door.stop();
server.close();
console.log(JSON.stringify(findings));
