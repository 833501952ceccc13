import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { openChangesOf } from '../../../exporters/changes/changes.ts';
import type { ChangesSettings } from '../../../exporters/changes/settings.ts';
import type { Look, Source } from '../../../exporters/changes/source.ts';
import type { Change } from '../../../model/change.ts';
import type { Sample } from '../../../model/sample.ts';
import { DAY } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';

export const BACKLOG_MS = 90 * DAY;

const NATIVE = process.arch === 'x64' ? 'amd64' : process.arch;

/** A machine in a folder: only the files that a test writes. It is in UTC unless the test says otherwise. */
export async function machineFor(t: TestContext, files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'signalbox-changes-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const write = async (path: string, text: string | Uint8Array) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    // Logs of Debian on this machine's own architecture.
    await writeFile(join(root, path), typeof text === 'string' ? text.replaceAll(':amd64', `:${NATIVE}`) : text);
  };
  for (const [path, text] of Object.entries({ 'etc/timezone': 'Etc/UTC\n', ...files })) await write(path, text);
  return { root, path: process.env.PATH ?? '', write, at: (path: string) => join(root, path) };
}

/** Looks through a source as the exporter does, remembering over JSON; each call answers what is new. */
export function looking<Known>(source: Source<Known>, clock: { now(): number }) {
  let known: Known | undefined;
  const troubles: string[] = [];
  async function look(more: Partial<Look<Known>> = {}): Promise<readonly Change[]> {
    const now = clock.now();
    const signal = AbortSignal.timeout(20_000);
    const onTrouble = (message: string) => troubles.push(message);
    const seen = await source.look({ known, now, since: now - BACKLOG_MS, signal, onTrouble, ...more });
    if (seen === undefined) return [];
    known = JSON.parse(JSON.stringify(seen.known)) as Known;
    return seen.changes;
  }
  return {
    look,
    troubles,
    forget: () => {
      known = undefined;
    },
  };
}

/** The exporter itself on such a machine, its clock moved by hand. */
export async function exporterFor(
  t: TestContext,
  root: string,
  settings: Partial<ChangesSettings> = {},
  clock = new FakeClock(Date.now()),
) {
  const folder = join(root, 'state');
  await mkdir(folder, { recursive: true });
  const told: Change[] = [];
  const troubles: string[] = [];
  let soon = 0;
  const keep = { fails: false };
  const open = () =>
    openChangesOf(
      { root, path: process.env.PATH ?? '' },
      { backlog: BACKLOG_MS, ...settings },
      {
        clock,
        folder,
        changed: async (changes) => {
          if (keep.fails) throw new Error('the disk is full');
          told.push(...changes);
        },
        soon: () => void soon++,
        onTrouble: (message) => troubles.push(message),
      },
    );
  let exporter = await open();
  t.after(() => exporter.stop());
  return {
    clock,
    told,
    troubles,
    keep,
    called: () => soon,
    collect: (signal = AbortSignal.timeout(10_000)): Promise<readonly Sample[]> => exporter.collect(signal),
    /** As when the box is stopped and started. */
    restart: async () => {
      await exporter.stop();
      exporter = await open();
    },
  };
}
