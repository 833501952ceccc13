import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { onLine, startTcp } from '../loopback-server.ts';

/** SMTP with STARTTLS (RFC 3207), as far as the recipe goes. */
export function startSmtp(certificate: { key: string; cert: string }) {
  const serve = (socket: Socket, isSecure: boolean) => {
    onLine(socket, (line) => {
      if (line.startsWith('EHLO'))
        socket.write(isSecure ? '250-mail\r\n250 AUTH PLAIN\r\n' : '250-mail\r\n250 STARTTLS\r\n');
      else if (line === 'QUIT') socket.end('221 bye\r\n');
      else if (line === 'STARTTLS') {
        socket.removeAllListeners('data');
        // The second line is the attack of CVE-2011-0411: it must not be taken for an answer inside TLS.
        socket.write('220 go ahead\r\n250 injected\r\n', () => {
          const secure = new TLSSocket(socket, { isServer: true, ...certificate });
          serve(
            secure.on('error', () => {}),
            true,
          );
        });
      } else socket.write('502 no\r\n');
    });
  };
  return startTcp((socket) => {
    socket.write('220 mail ESMTP\r\n');
    serve(socket, false);
  });
}
