/** `npm run bench`: every bar of the box, measured on this machine; `npm run bench -- memory check` measures those parts alone. Exits with 1 when a bar is missed. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Row } from './row.ts';
import { tableOf } from './table.ts';

/** The parts, in the order of the table. Each is a module with `rows()`, loaded when its turn comes. */
const PARTS: Readonly<Record<string, () => Promise<{ rows(): Promise<Row[]> }>>> = {
  check: () => import('./check.ts'),
  pace: () => import('./pace.ts'),
  memory: () => import('./memory.ts'),
  ledger: () => import('./ledger.ts'),
  spool: () => import('./spool.ts'),
  firewall: () => import('./firewall.ts'),
  host: () => import('./host.ts'),
  parser: () => import('./parser.ts'),
};

const print = (text: string) => process.stdout.write(`${text}\n`);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((one) => PARTS[one] === undefined);
if (unknown.length > 0) {
  print(`There is no part ${unknown.join(', ')}. The parts are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(64);
}

print(`${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`);
const rows: Row[] = [];
for (const part of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
  print(`${part} … (load ${loadOf()})`);
  rows.push(...((await (await PARTS[part]?.())?.rows()) ?? []));
}
print(`done (load ${loadOf()})\n\n${tableOf(rows)}`);
const missed = rows.filter((row) => !row.ok);
if (missed.length > 0) print(`\n${missed.length} of ${rows.filter((row) => row.bar !== '').length} bars missed.`);
process.exit(missed.length > 0 ? 1 : 0);

/** What else the machine had to do: on a busy one, waiting times say little. */
function loadOf(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
