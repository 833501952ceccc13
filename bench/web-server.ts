import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A plain web server in a process of its own, so that its time is not ours. */
export interface WebServer extends Disposable {
  readonly port: number;
  readonly url: string;
}

/** Starts it; disposing ends it. */
export async function startWebServer(): Promise<WebServer> {
  const program = new URL('http-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(String(line));
  return { port, url: `http://127.0.0.1:${port}/`, [Symbol.dispose]: () => child.stdin.end() };
}
