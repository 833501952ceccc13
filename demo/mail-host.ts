import { createServer } from 'node:net';
import { listen, PORTS, type Stop } from './places.ts';

/** A mail host that knows how to say hello (RFC 5321, 4.1.1.1) and goodbye. */
export async function startMailHost(): Promise<Stop> {
  const server = createServer((socket) => {
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.write('220 mail.demo.example ESMTP\r\n');
    socket.on('data', (data) => {
      const word = data.toString('latin1').slice(0, 4).toUpperCase();
      if (word === 'EHLO') socket.write('250-mail.demo.example\r\n250 SIZE 10240000\r\n');
      else if (word === 'QUIT') socket.end('221 bye\r\n');
      else socket.write('502 not here\r\n');
    });
  });
  await listen(server, PORTS.mail);
  return () => server.close();
}
