import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { request } from '../../node-http.ts';
import { Body } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { Prepared } from './prepared.ts';
import { wireHeaders } from './target.ts';

/** What a response may spend on headers; Node's own bound is 16 kB. */
const MAX_HEADERS = 65_536;

/**
 * Sends the run's request over the socket and reads the response into the run: `response` when its headers came, which
 * `onHeaders` is told, and `body` as it comes. Rejects with the connection's or the parser's error, or with the signal's
 * reason; the socket is closed in any case.
 */
export function receive(
  socket: Socket,
  prepared: Prepared,
  run: Exchange,
  onHeaders: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { target } = run;
  return new Promise<void>((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      method: target.method,
      path: target.url.pathname + target.url.search,
      headers: target === prepared.first ? prepared.wire : wireHeaders(target),
      setHost: false,
      maxHeaderSize: MAX_HEADERS,
    });
    const giveUp = (): void => finish(signal.reason);
    const finish = (error?: unknown): void => {
      signal.removeEventListener('abort', giveUp);
      asked.off('error', finish).on('error', () => {});
      run.response?.off('error', finish).on('error', () => {});
      run.begun = socket.bytesRead > 0;
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const read = (response: IncomingMessage): void => {
      onHeaders();
      run.response = response;
      const body = prepared.bodyFor(response);
      run.body = body;
      response.on('error', finish);
      response.on('end', () => finish());
      response.on('data', (chunk: Buffer) => {
        if (!body.take(chunk)) finish();
      });
    };
    signal.addEventListener('abort', giveUp);
    asked.on('error', finish);
    asked.on('response', read);
    // 101 Switching Protocols: whoever asked for it by headers wants to see that it is granted, not to speak it.
    asked.on('upgrade', (response) => {
      onHeaders();
      run.response = response;
      run.body = new Body(0, 0);
      finish();
    });
    asked.end(target.body);
  });
}
