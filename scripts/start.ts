/** `npm start`: the box with your `signalbox.yml`; without one, with the example and the small demo world it watches. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import runtime from '../cli/runtime.json' with { type: 'json' };

const root = dirname(import.meta.dirname);
const own = join(root, 'signalbox.yml');
const demo = !existsSync(own);
const config = demo ? join(root, 'signalbox.example.yml') : own;
const children: ChildProcess[] = [];
/** What the example config takes from the environment. */
const DEMO = { DEMO_TOKEN: 'semaphore-35-degrees' };

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  children.push(child);
  child.on('error', (error) => {
    console.error(error.message);
    end(1);
  });
  return child;
}

function end(code: number): void {
  process.exitCode = code;
  for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
}

if (demo) {
  console.log('No signalbox.yml here: starting with signalbox.example.yml and a small demo world on loopback.');
  start(['--disable-warning=ExperimentalWarning', join(root, 'demo/world.ts')], DEMO);
}
const compiled = join(root, '.cache/compiled');
if (!existsSync(compiled)) {
  console.log('Compiling once …');
  // With the box's own flags: V8 takes no code that was compiled under others.
  spawnSync(process.execPath, [...runtime.flags, join(root, 'scripts/warm.ts')], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
}
const data = join(root, demo ? 'data/demo' : 'data');
const box = start([join(root, 'cli/signalbox.mjs'), 'run', config, '--data', data], demo ? DEMO : {});
box.on('exit', (code) => end(code ?? 1));
// A terminal's Ctrl-C reaches the whole group by itself; a signal to npm alone does not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => box.kill(signal));
process.on('SIGHUP', () => box.kill('SIGHUP'));
