import type { IncomingMessage } from 'node:http';
import { SECOND } from '../../model/time.ts';

/** As in collector/node-http.ts: the module by `import` costs 13 MB more. */
const { request } = process.getBuiltinModule('node:http');

const LONGEST_MS = 5 * SECOND;
const LIMIT_BYTES = 16 * 1024 * 1024;
const LINE_BYTES = 256 * 1024;

/** What keeps the Docker Engine from answering; `absent` when there is none on this machine. */
export class DockerUnavailable extends Error {
  readonly absent: boolean;
  readonly status: number | undefined;
  constructor(words: string, { absent = false, status }: { absent?: boolean; status?: number } = {}) {
    super(words);
    this.absent = absent;
    this.status = status;
  }
}

/** The path of Docker's socket: the setting, else DOCKER_HOST, else Docker's own. Throws for a DOCKER_HOST that is no unix socket. */
export function dockerSocketPath(setting?: string, host: string | undefined = process.env.DOCKER_HOST): string {
  if (setting !== undefined) return setting.replace(/^unix:\/\//, '');
  if (host === undefined || host === '') return '/var/run/docker.sock';
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new DockerUnavailable(
    `DOCKER_HOST is ${JSON.stringify(host)}: wanted unix://PATH, as the firewall can only be read on Docker's own machine`,
  );
}

/** One answer of the Engine API as JSON, at most 16 MB and five seconds. Rejects with `DockerUnavailable`. */
export async function askDocker(socketPath: string, path: string, signal: AbortSignal): Promise<unknown> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const answer = await open(socketPath, path, deadline);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > LIMIT_BYTES) throw new DockerUnavailable(`Docker's answer to ${path} has more than 16 MB`);
      parts.push(part);
    }
    return JSON.parse(Buffer.concat(parts).toString());
  } catch (error) {
    if (error instanceof DockerUnavailable) throw error;
    throw new DockerUnavailable(`Docker's answer to ${path} cannot be read: ${wordsOf(error)}`);
  }
}

/** Calls back with every event of the Engine until the stream ends or `signal` is aborted; then resolves. Rejects when it cannot be had. */
export async function hearDocker(
  socketPath: string,
  path: string,
  { onEvent, signal }: { onEvent: (event: unknown) => void; signal: AbortSignal },
): Promise<void> {
  const answer = await open(socketPath, path, signal);
  let rest = '';
  answer.setEncoding('utf8');
  try {
    for await (const part of answer as AsyncIterable<string>) {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_BYTES)
        throw new DockerUnavailable(`one of Docker's events has more than ${LINE_BYTES} bytes`);
      for (const line of lines) if (line.trim() !== '') onEvent(JSON.parse(line));
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof DockerUnavailable
      ? error
      : new DockerUnavailable(`Docker's events ended: ${wordsOf(error)}`);
  }
}

function open(socketPath: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, signal, agent: false, headers: { host: 'docker' } });
    asked.once('error', (error: NodeJS.ErrnoException) => reject(unavailable(socketPath, error)));
    asked.once('response', (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      answer.destroy();
      const status = answer.statusCode ?? 0;
      reject(new DockerUnavailable(`Docker answered ${path} with status ${status}`, { status }));
    });
    asked.end();
  });
}

function unavailable(socketPath: string, error: NodeJS.ErrnoException): DockerUnavailable {
  if (error.code === 'ENOENT') return new DockerUnavailable(`there is no Docker at ${socketPath}`, { absent: true });
  if (error.code === 'ECONNREFUSED')
    return new DockerUnavailable(`nobody answers at ${socketPath}: dockerd does not run`);
  if (error.code === 'EACCES')
    return new DockerUnavailable(`${socketPath} may not be opened: it needs root or the group docker`);
  return new DockerUnavailable(`Docker does not answer at ${socketPath}: ${wordsOf(error)}`);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
