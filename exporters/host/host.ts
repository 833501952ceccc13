import { readFile } from 'node:fs/promises';
import { messageOf } from '../../model/errors.ts';
import type { ExporterContext, OpenExporter } from '../../model/exporter.ts';
import { sample } from '../../model/metric.ts';
import { node } from '../../model/metrics/node.ts';
import type { Sample } from '../../model/sample.ts';
import { createFiles } from './files.ts';
import { type Host, type Look, NothingHere, type OpenPart } from './part.ts';
import { driverParts, memoryParts } from './parts/index.ts';
import type { HostSettings } from './settings.ts';

/** Files of /proc and of /sys that stay open. The kernel keeps a page for each; a machine with more devices opens some anew each time. */
const PROC_KEPT = 64;
const SYS_KEPT = 1024;
/** No more than this share of all that the process may have open. */
const SHARE = 1 / 8;
/** With so many drivers silent no other is asked: each holds one of the four threads that read files. */
const MOST_SILENT = 2;

interface Part {
  readonly name: string;
  readonly look: Look;
  /** Its last look has not come back. */
  busy: boolean;
  failing: string | undefined;
}

/** What came of one collection, by part: its samples, and what is to be said of it. */
interface Round {
  readonly seen: Map<Part, readonly Sample[]>;
  readonly about: Map<Part, readonly Sample[]>;
}

/** The machine itself, under node_exporter's names. Rejects where there is no /proc. */
export const openExporter: OpenExporter<HostSettings> = async (settings, context) => {
  const host: Host = {
    proc: createFiles(settings.proc, PROC_KEPT),
    sys: createFiles(settings.sys, Math.min(SYS_KEPT, Math.floor((await mostOpen()) * SHARE))),
    root: createFiles(settings.root, 0),
    settings,
    clock: context.clock,
  };
  await host.proc.read('stat');
  const memory = open(memoryParts, host);
  const drivers = open(driverParts, host);

  async function askDrivers(round: Round, signal: AbortSignal): Promise<void> {
    for (const part of drivers) {
      const silent = drivers.filter(({ busy }) => busy).length;
      // Those whose turn does not come are not the trouble.
      if (!part.busy && (silent >= MOST_SILENT || signal.aborted)) tell(round, part, 0, false);
      else await take(round, part, signal, context);
    }
  }

  return {
    async collect(signal) {
      const round: Round = { seen: new Map(), about: new Map() };
      await Promise.all([...memory.map((part) => take(round, part, signal, context)), askDrivers(round, signal)]);
      // Parts end in any order; what they saw comes in the same one each time.
      const parts = [...memory, ...drivers];
      return [round.seen, round.about].flatMap((one) => parts.flatMap((part) => one.get(part) ?? []));
    },
    async stop() {
      for (const files of [host.proc, host.sys, host.root]) files.close();
    },
  };
};

const SILENT = 'what it asks does not answer';
/** What a process may have open at least. */
const FEW = 1024;

/** How many files this process may have open, from proc(5). */
async function mostOpen(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? FEW);
}

function open(parts: Readonly<Record<string, OpenPart>>, host: Host): Part[] {
  return Object.entries(parts)
    .filter(([name]) => !host.settings.without.some((one) => one === name))
    .map(([name, openPart]) => ({ name, look: openPart(host), busy: false, failing: undefined }));
}

/** Lets a part look, and waits for it no longer than until `signal`. What it sees afterwards is left alone. */
async function take(round: Round, part: Part, signal: AbortSignal, context: ExporterContext): Promise<void> {
  const { clock } = context;
  if (part.busy) return fail(round, part, 0, SILENT, context);
  const began = clock.monotonic();
  const over = Promise.withResolvers<never>();
  const stop = () => over.reject(new Error(SILENT));
  signal.addEventListener('abort', stop, { once: true });
  part.busy = true;
  try {
    const looking = part.look().finally(() => {
      part.busy = false;
    });
    round.seen.set(part, await Promise.race([looking, over.promise]));
    part.failing = undefined;
    tell(round, part, clock.monotonic() - began, true);
  } catch (error) {
    const took = clock.monotonic() - began;
    if (error instanceof NothingHere) tell(round, part, took, false);
    else fail(round, part, took, messageOf(error), context);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function fail(round: Round, part: Part, tookMs: number, why: string, context: ExporterContext): void {
  if (part.failing !== why) context.onTrouble(`${part.name}: ${why}`);
  part.failing = why;
  tell(round, part, tookMs, false);
}

function tell(round: Round, part: Part, tookMs: number, well: boolean): void {
  const labels = { collector: part.name };
  round.about.set(part, [
    sample(node.scrapeDuration, tookMs / 1000, labels),
    sample(node.scrapeSuccess, well ? 1 : 0, labels),
  ]);
}
