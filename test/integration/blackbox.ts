import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

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
  const child = spawn(program, ['--config.file', join(folder, 'config.yml'), '--web.listen-address', '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
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
  const address = () => /Listening on.* address=(\S+)\n/.exec(said)?.[1];
  await until(() => address() !== undefined || child.exitCode !== null);
  const at = address();
  if (at === undefined) {
    await stop();
    throw new Error(`blackbox_exporter did not start: ${said}`);
  }
  return {
    async probe(target, module) {
      const query = new URLSearchParams({ target, module });
      const response = await fetch(`http://${at}/probe?${query}`);
      return read(await response.text());
    },
    [Symbol.asyncDispose]: stop,
  };
}

function read(text: string): Said {
  const said = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-z_]\w*(?:\{.*\})?) (\S+)$/i.exec(line) ?? [];
    if (name !== undefined) said.set(name, Number(value));
  }
  return said;
}
