/** A plain web server in a process of its own, so that its time is not ours. Prints its port; ends when its input does. */
import { createServer } from 'node:http';

const page = `<html><title>Welcome</title>${'x'.repeat(2000)}</html>`;
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end(page);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : 0}\n`);
});
process.stdin.resume().on('end', () => process.exit());
