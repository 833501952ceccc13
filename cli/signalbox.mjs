#!/usr/bin/env node
// The command. Any Node starts it; the one that this package pins runs it, with the flags that the box needs.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WANTED = 24;
/** As in exit-codes.ts, which an older Node cannot read. */
const FAILED = 5;
/** Small heaps, few helper threads and one arena for malloc: the box is light work, and shares its machine (docs/performance.md). */
const { flags, environment } = JSON.parse(readFileSync(new URL('./runtime.json', import.meta.url), 'utf8'));
/** Our TypeScript as V8 has compiled it; without it every thread would load the compiler, at 15 MB each. */
const cache = fileURLToPath(new URL('../.cache/compiled', import.meta.url));
const pinned = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const node = existsSync(pinned) ? pinned : process.execPath;
if (node === process.execPath && Number.parseInt(process.versions.node, 10) < WANTED) {
  console.error(
    `signalbox needs Node ${WANTED} or newer; this is ${process.version}, and none is pinned here. Run: npm ci`,
  );
  process.exit(FAILED);
}
const command = [...flags, fileURLToPath(new URL('./main.ts', import.meta.url)), ...process.argv.slice(2)];
const env = { ...process.env, ...environment, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? cache };
if (process.execve) process.execve(node, [node, ...command], env);
const child = spawn(node, command, { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? FAILED : (code ?? FAILED)));
