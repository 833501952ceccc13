import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLogin } from '../../collector/victoriametrics/login.ts';
import type { StatusDocument, StatusLine } from '../../model/page.ts';
import { until } from './until.ts';

const COMMAND = fileURLToPath(new URL('../../cli/signalbox.mjs', import.meta.url));

/** A box in its own folder: started, killed and started again as a test likes; everything is gone in the end. */
export class BoxHouse implements AsyncDisposable {
  readonly folder: string;
  readonly config: string;
  readonly data: string;
  #box: Box | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.config = join(folder, 'signalbox.yml');
    this.data = join(folder, 'data');
  }

  static async open(config: string): Promise<BoxHouse> {
    const house = new BoxHouse(await mkdtemp(join(tmpdir(), 'signalbox-box-')));
    await house.write(config);
    return house;
  }

  /** Writes the config. It listens on a free port. */
  write(config: string): Promise<void> {
    return writeFile(this.config, `listen: 127.0.0.1:0\n${config}`);
  }

  /** Starts the box and resolves when it listens. */
  async start(env: NodeJS.ProcessEnv = {}): Promise<Box> {
    this.#box = new Box(
      spawn(process.execPath, [COMMAND, 'run', this.config, '--data', this.data], { env: { ...process.env, ...env } }),
    );
    await this.#box.listening();
    return this.#box;
  }

  /** Asks the VictoriaMetrics that the box runs for a path of its own API, as one that knows its login. */
  async askStorage(box: Box, path: string): Promise<Response> {
    const [, url = ''] = await box.said(/VictoriaMetrics is at (http:[^\s,]+)/);
    const login = await readLogin(join(this.data, 'victoria-metrics.netrc'));
    const basic = Buffer.from(`${login?.user}:${login?.password.reveal()}`).toString('base64');
    return fetch(`${url}${path}`, { headers: { authorization: `Basic ${basic}` } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#box?.kill();
    await this.#box?.ended;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** One run of the box, as a process of its own. */
export class Box {
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly process: ChildProcess;
  url = '';
  #log = '';

  constructor(child: ChildProcess) {
    this.process = child;
    child.stdout?.on('data', (chunk: Buffer) => this.#hear(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.#hear(chunk));
    // Not at its exit: what it said last may still have to be heard.
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 1)));
  }

  get log(): string {
    return this.#log;
  }

  /** The lines said so far, without their times. */
  get lines(): string[] {
    return this.#log.split('\n').map((line) => line.replace(/^\S+Z /, ''));
  }

  async listening(): Promise<void> {
    const gone = this.ended.then((how) => Promise.reject(new Error(`the box ended (${how}): ${this.#log}`)));
    // VictoriaMetrics and the public site may have said before where they are.
    const [, url = ''] = await Promise.race([this.said(/signalbox \S+ is at (http:\S+)\/\n/), gone]);
    gone.catch(() => {});
    this.url = url;
  }

  /** Resolves with the match once the log has it. */
  async said(what: RegExp): Promise<RegExpExecArray> {
    let match: RegExpExecArray | null = null;
    await until(
      () => {
        match = what.exec(this.#log);
        return match !== null;
      },
      60_000,
      `the box says ${what}: ${this.#log}`,
    );
    return match as unknown as RegExpExecArray;
  }

  /** Resolves once the published page says so of a monitor. */
  async published(name: string, is: (line: StatusLine) => boolean): Promise<StatusLine> {
    let found: StatusLine | undefined;
    await until(async () => {
      const answer = await fetch(`${this.url}/status.json`);
      if (answer.status !== 200) return false;
      const { monitors } = (await answer.json()) as StatusDocument;
      found = monitors.find((one) => one.name === name);
      return found !== undefined && is(found);
    });
    return found as unknown as StatusLine;
  }

  /** Resolves with the metrics page once all of this is on it. */
  async metrics(...wanted: readonly RegExp[]): Promise<string> {
    let page = '';
    await until(
      async () => {
        page = await (await fetch(`${this.url}/metrics`)).text();
        return wanted.every((one) => one.test(page));
      },
      60_000,
      `the metrics page has ${wanted.join(' and ')}`,
    );
    return page;
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  #hear(chunk: Buffer): void {
    this.#log += chunk.toString('utf8');
  }
}

/** A web server that answers as its listener says at the moment; closed by disposal. */
export async function webServer(listener: RequestListener): Promise<{ url: string; server: Server } & AsyncDisposable> {
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
