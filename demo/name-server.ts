import { createSocket } from 'node:dgram';
import { type Answer, decode, encode } from 'dns-packet';
import { HOST, PORTS, type Stop } from './places.ts';

const ZONE: Readonly<Record<string, readonly Answer[]>> = {
  'demo.example SOA': [
    {
      name: 'demo.example',
      type: 'SOA',
      ttl: 60,
      data: {
        mname: 'ns.demo.example',
        rname: 'admin.demo.example',
        serial: 2026112101,
        refresh: 3600,
        retry: 600,
        expire: 86400,
        minimum: 60,
      },
    },
  ],
  'demo.example A': [{ name: 'demo.example', type: 'A', ttl: 60, data: '192.0.2.10' }],
};

/** A name server for `demo.example`, over UDP. */
export async function startNameServer(): Promise<Stop> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const query = decode(message);
    const question = query.questions?.[0];
    const answers = [...(ZONE[`${question?.name.toLowerCase()} ${question?.type}`] ?? [])];
    // Flags: authoritative answer (RFC 1035, 4.1.1), and NXDOMAIN where the name is not ours.
    const flags = 0x0400 | (question?.name.toLowerCase() === 'demo.example' ? 0 : 3);
    socket.send(
      encode({ type: 'response', id: query.id ?? 0, flags, questions: query.questions ?? [], answers }),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(PORTS.names, HOST, resolve);
  });
  return () => socket.close();
}
