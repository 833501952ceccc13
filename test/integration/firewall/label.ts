import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import type { Comparison } from './outcome.ts';
import { portInWords } from './truth.ts';

/** A snapshot of a host, with what clients found there. */
export interface Labelled {
  /** Which Docker laid down the rules, and what was done to them. */
  readonly label: string;
  /** The stranger that knocked from outside. */
  readonly from: string;
  /** True where the container answered. */
  readonly reached: Readonly<Record<string, boolean>>;
  /** The checks that find something. */
  readonly finds: readonly string[];
  readonly snapshot: Snapshot;
}

const pathOf = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/firewall/${name}.snapshot.json`, import.meta.url));

/** Keeps a snapshot with its truth; what differs from run to run and matters to nobody is evened out. */
export async function writeLabelled(
  name: string,
  { snapshot, ...told }: Omit<Labelled, 'reached'>,
  comparisons: readonly Comparison[],
): Promise<void> {
  const reached = Object.fromEntries(comparisons.map((one) => [portInWords(one.knocked), one.reached]));
  const even = { ...snapshot, at: 0, host: { name: 'host', kernel: '6.18.0' } };
  await writeFile(pathOf(name), `${JSON.stringify({ ...told, reached, snapshot: even })}\n`);
}

/** Reads a labelled snapshot. */
export async function readLabelled(name: string): Promise<Labelled> {
  return JSON.parse(await readFile(pathOf(name), 'utf8')) as Labelled;
}
