import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What blackbox_exporter says of a target: its samples as text, `name{labels}` to value. */
export type Said = ReadonlyMap<string, number>;

/** A running blackbox_exporter; it ends when it goes out of scope. */
export interface Blackbox extends AsyncDisposable {
  /** Asks for one check of a target by one of the modules. */
  probe(target: string, module: string): Promise<Said>;
}

/** Starts Debian's blackbox_exporter with these modules (its own config, as data). */
export async function startBlackbox(program: string, modules: object): Promise<Blackbox> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-blackbox-'));
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify({ modules }));
  const port = await freePort();
  const child = spawn(
    program,
    ['--config.file', join(folder, 'config.yml'), '--web.listen-address', `127.0.0.1:${port}`],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await isReady(port)); tries++) {
    if (child.exitCode !== null || tries > 200) {
      await stop();
      throw new Error(`blackbox_exporter did not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    async probe(target, module) {
      const query = new URLSearchParams({ target, module });
      const response = await fetch(`http://127.0.0.1:${port}/probe?${query}`);
      return read(await response.text());
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/-/healthy`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function read(text: string): Said {
  const said = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-z_]\w*(?:\{.*\})?) (\S+)$/i.exec(line) ?? [];
    if (name !== undefined) said.set(name, Number(value));
  }
  return said;
}
