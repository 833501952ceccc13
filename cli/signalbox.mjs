#!/usr/bin/env node
// The command. Any Node starts it; the one that this package pins runs it, with the flags that the box needs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WANTED = 24;
const FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'];

const pinned = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const node = existsSync(pinned) ? pinned : process.execPath;
if (node === process.execPath && Number.parseInt(process.versions.node, 10) < WANTED) {
  console.error(
    `signalbox needs Node ${WANTED} or newer; this is ${process.version}, and none is pinned here. Run: npm ci`,
  );
  process.exit(70);
}
const command = [...FLAGS, fileURLToPath(new URL('./main.ts', import.meta.url)), ...process.argv.slice(2)];
if (process.execve) {
  process.execve(node, [node, ...command], process.env);
}
const child = spawn(node, command, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
