import { createServer } from 'node:http';
import { listen, PORTS, type Stop } from './places.ts';

const PAGE = `<!doctype html><html lang="en"><head><title>The corner shop</title><meta name="shop" content="corner-1"></head>
<body><h1>Welcome to the corner shop</h1><p>Lamps, signals, and tea.</p></body></html>`;

/** A shop that is always open, and moved its front page once: `/old` and `/older` lead to it hop by hop. */
export async function startShop(): Promise<Stop> {
  const moves: Readonly<Record<string, string>> = { '/older': '/old', '/old': '/' };
  const server = createServer((request, response) => {
    const to = moves[request.url ?? '/'];
    if (to) response.writeHead(301, { location: to }).end();
    else setTimeout(() => response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE), 5 + Math.random() * 20);
  });
  await listen(server, PORTS.shop);
  return () => server.close();
}
