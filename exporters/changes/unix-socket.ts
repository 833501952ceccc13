import { lstat } from 'node:fs/promises';
import { SECOND, spanInWords } from '../../model/time.ts';

/** Node's HTTP, without what its `import` brings along. */
const { request } = process.getBuiltinModule('node:http');

/** What one answer may hold: a thousand containers and their labels. */
const MOST_BYTES = 32 * 1024 * 1024;
const LONGEST_MS = 20 * SECOND;

/** Asks the daemon at a unix socket, GET alone. Rejects in words: no right, nobody listens, a status other than 200, too long. */
export async function ask(
  socketPath: string,
  path: string,
  signal: AbortSignal,
  longestMs = LONGEST_MS,
): Promise<unknown> {
  const late = AbortSignal.timeout(longestMs);
  try {
    return JSON.parse(await wholeAnswer(socketPath, path, AbortSignal.any([signal, late])));
  } catch (error) {
    if (signal.aborted || !late.aborted) throw error;
    throw new Error(`${socketPath} did not answer ${path} within ${spanInWords(longestMs)}`, { cause: error });
  }
}

async function wholeAnswer(socketPath: string, path: string, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of await answerOf(socketPath, path, signal)) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`${socketPath} answers ${path} with more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The body of an answer as it comes; ends with an error when the signal is aborted. */
export function answerOf(
  socketPath: string,
  path: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> & { destroy(): void }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, signal, headers: { host: 'localhost' }, agent: false }, (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      answer.resume();
      reject(new Error(`${socketPath} answers ${path} with status ${answer.statusCode}`));
    });
    asked.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES') reject(new Error(`no right to use ${socketPath}`, { cause: error }));
      else if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT')
        reject(new Error(`nobody answers at ${socketPath}`, { cause: error }));
      else reject(error);
    });
    asked.end();
  });
}

/** Whether there is a socket. */
export async function isSocket(path: string): Promise<boolean> {
  // `/var/run/docker.sock` may be a link to where a rootless daemon listens.
  const found = await lstat(path).catch(() => undefined);
  return found?.isSocket() === true || found?.isSymbolicLink() === true;
}
