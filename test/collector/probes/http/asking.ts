import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestListener, createServer as serveHttp } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../../../collector/clock.ts';
import { createResolver } from '../../../../collector/names/resolver.ts';
import type { HttpSpec } from '../../../../collector/probes/http/http-spec.ts';
import { probe } from '../../../../collector/probes/http/probe.ts';
import { settings } from '../../../../collector/probes/http/spec.ts';
import type { Finding } from '../../../../model/finding.ts';
import { type Told, told } from '../../../told.ts';

/** The names of the tests' world: two sites on one machine, one that has both kinds of address, one that only has IPv6. */
const HOSTS = '127.0.0.1 shop.test\n127.0.0.1 other.test\n127.0.0.1 both.test\n::1 both.test\n::1 six.test\n';

const clock = createClock();

function resolverOf(hosts: string): ReturnType<typeof createResolver> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-http-'));
  writeFileSync(join(folder, 'hosts'), hosts);
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return createResolver({ clock, hostsFile: join(folder, 'hosts'), resolvFile: join(folder, 'resolv.conf') });
}

const resolve = resolverOf(HOSTS);

/** How a test asks. */
export interface Asking {
  readonly timeoutMs?: number;
  /** A signal that outlives the check; then `timeoutMs` is only told. */
  readonly signal?: AbortSignal;
  readonly trace?: (step: string, detail?: string) => void;
}

/** Validates settings as they are written in a config, without the rules between settings. */
export function specOf(written: unknown): HttpSpec {
  return settings.schema.parse(written);
}

/** One check with settings as they are written in a config. */
export async function ask(written: unknown, asking: Asking = {}): Promise<Told> {
  return check(specOf(written), asking);
}

/** One check of a validated spec. */
export async function check(spec: HttpSpec, { timeoutMs = 10_000, signal, trace }: Asking = {}): Promise<Told> {
  const deadline = new AbortController();
  const callOff = clock.after(timeoutMs, () => deadline.abort());
  try {
    const context = {
      monitor: 'site',
      signal: signal ?? deadline.signal,
      timeoutMs,
      clock,
      resolve,
      pulses: () => ({}),
      ...(trace && { trace }),
    };
    return told(await probe(spec, context));
  } finally {
    callOff();
  }
}

/** The value of a sample without labels, or with this phase. */
export function sampled(finding: Pick<Finding, 'samples'>, name: string, phase?: string): number | undefined {
  return finding.samples?.find((one) => one.name === name && (phase === undefined || one.labels.phase === phase))
    ?.value;
}

/** A server of a test; it and all its connections are closed when it goes out of scope. */
export interface Site extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
}

/** A web server on a free port. */
export function site(handler: RequestListener, host = '127.0.0.1'): Promise<Site> {
  return listen(serveHttp({ maxHeaderSize: 200_000 }, handler), host);
}

/** A web server that answers everything with this status, these headers and this body. */
export function answering(
  status: number,
  headers: Record<string, string | string[]> = {},
  body: string | Buffer = '',
): Promise<Site> {
  return site((_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  });
}

/** A server that is handed bare connections, to misbehave on. */
export function wire(handler: (socket: Socket) => void, host = '127.0.0.1'): Promise<Site> {
  return listen(createServer(handler), host);
}

/** A server that sends these bytes to whoever asks, and closes unless told to hold on. */
export function sending(bytes: string | Buffer, then: 'end' | 'reset' | 'hold' = 'end'): Promise<Site> {
  return wire((socket) => {
    socket.once('data', () => {
      socket.write(bytes, () => {
        if (then === 'end') socket.end();
        // Later, and some turns of the loop later, so that what was sent is read before the reset discards it.
        if (then === 'reset') setTimeout(() => setImmediate(() => setImmediate(() => socket.resetAndDestroy())), 50);
      });
    });
  });
}

/** Listens on a free port, and closes with all connections. */
export async function listen(server: Server, host: string): Promise<Site> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((listening) => server.listen(0, host, listening));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
