import { createServer } from 'node:http';
import { listen, PORTS, type Stop } from './places.ts';

const CYCLE_S = 240;

/** An API that fails now and then: every four minutes it is slow for half a minute, later broken for half a minute. */
export async function startApi(): Promise<Stop> {
  const began = Date.now();
  const server = createServer((_request, response) => {
    const second = ((Date.now() - began) / 1000) % CYCLE_S;
    const slow = second > 90 && second < 120;
    const broken = second > 180 && second < 210;
    const body = JSON.stringify(
      broken ? { error: 'the database is away' } : { status: 'ok', queue: Math.floor(Math.random() * 40) },
    );
    const answer = () => response.writeHead(broken ? 502 : 200, { 'content-type': 'application/json' }).end(body);
    setTimeout(answer, (slow ? 700 : 15) + Math.random() * 60);
  });
  await listen(server, PORTS.api);
  return () => server.close();
}
