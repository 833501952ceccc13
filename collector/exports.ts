import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Change } from '../model/change.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import type { Exporter, ExporterContext, ExporterSettings, OpenExporter } from '../model/exporter.ts';
import type { PortVerdict } from '../model/firewall-verdict.ts';
import { sample } from '../model/metric.ts';
import { exporter as catalogued } from '../model/metrics/exporter.ts';
import type { OpenOutside } from '../model/outside.ts';
import type { Part, PartContext, SampleGroup } from '../model/part.ts';
import { BOX, type Sample, type SampleSink } from '../model/sample.ts';
import { seal } from '../model/secret.ts';
import { SECOND } from '../model/time.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { isToldElsewhere, portVerdictAmong } from './among-exporters.ts';
import { createSampleSources } from './sample-source.ts';
import { createSchedule } from './schedule.ts';

export interface ExportsOptions extends Pick<PartContext, 'clock' | 'log' | 'stateFolder'> {
  readonly sink: Pick<SampleSink, 'offer' | 'end'>;
  /** By name: how an exporter is opened, and the job of its samples. */
  readonly kinds: Readonly<Record<string, { readonly open: () => Promise<OpenExporter<never>>; readonly job: string }>>;
  /** Whose samples they are: the machine's host name. */
  readonly instance: string;
  readonly changed: (changes: readonly Change[]) => Promise<void>;
  readonly outside?: OpenOutside;
}

interface ExportsConfig {
  readonly exporters: readonly ExporterSettings[];
}

/** Runs the exporters, each alike: a deadline, isolation, and what the box says of it. One that hangs, throws or floods hurts no other. */
export interface Exports extends Part<ExportsConfig> {
  /** Those with other settings than before begin anew; the others go on. */
  configure(config: ExportsConfig): Promise<void>;
  /** What each gave last, and what is to be said of each. */
  samples(): Generator<SampleGroup>;
  /** What an exporter that sees the firewall says of a published port; undefined while none runs that does. */
  readonly portVerdict: PortVerdict;
  stop(): Promise<void>;
}

/** How many may be under way at once. */
const AT_ONCE = 16;
const LONGEST_MS = 10 * SECOND;
/** One that has not ended this long after its deadline is left behind, and begun anew. */
const GRACE_MS = SECOND;
/** So many samples are handed on in one turn of the loop. */
const SLICE = 500;
const SOON_MS = 200;

interface Running {
  readonly of: ExporterSettings;
  exporter?: Exporter;
  latest: readonly Sample[];
  about: readonly Sample[];
  failing: string | undefined;
  lastSuccess?: number;
  /** Aborted when it is no longer wanted. */
  readonly ending: AbortController;
  /** The collection under way, or the last one. Never rejects. */
  underWay: Promise<unknown>;
}

export function createExports(options: ExportsOptions): Exports {
  const { clock, sink, kinds, instance, log } = options;
  const schedule = createSchedule(clock, AT_ONCE);
  const sources = createSampleSources(sink);
  const running = new Map<string, Running>();
  const ending = new AbortController();

  async function opened(one: Running): Promise<Exporter> {
    if (one.exporter !== undefined) return one.exporter;
    const { name, settings } = one.of;
    const folder = join(options.stateFolder, 'exporters', name);
    await mkdir(folder, { recursive: true });
    const open = (await kinds[name]?.open()) as OpenExporter<unknown> | undefined;
    if (open === undefined) throw new Error(`there is no exporter ${name}`);
    const context: ExporterContext = {
      clock,
      folder,
      changed: options.changed,
      soon: () => schedule.again(name, SOON_MS),
      toldElsewhere: (topic) => isToldElsewhere(running.values(), name, topic),
      ...(options.outside !== undefined && { outside: options.outside }),
      onTrouble: (message) => log(`exporter ${name}: ${message}`),
    };
    const exporter = await open(settings, context);
    if (running.get(name) === one && one.exporter === undefined) one.exporter = exporter;
    else await exporter.stop();
    return exporter;
  }

  async function collect(one: Running): Promise<void> {
    const { name, everyMs } = one.of;
    const began = clock.monotonic();
    const at = clock.now();
    const ended = AbortSignal.any([ending.signal, one.ending.signal]);
    let failed: string | undefined;
    try {
      one.latest = await withDeadline(
        { clock, ms: Math.min(everyMs, LONGEST_MS), graceMs: GRACE_MS, signal: ended },
        (signal) => {
          const collected = opened(one).then((exporter) => {
            signal.throwIfAborted();
            return exporter.collect(signal);
          });
          one.underWay = collected.catch(() => {});
          return collected;
        },
      );
      one.lastSuccess = at;
    } catch (error) {
      failed = messageOf(error);
      one.latest = [];
      if (hasCode(error, 'left-behind')) giveUp(one);
    }
    if (ended.aborted) return;
    if (failed !== undefined && failed !== one.failing) log(`exporter ${name} cannot see: ${failed}`);
    if (failed === undefined && one.failing !== undefined) log(`exporter ${name} sees again`);
    one.failing = failed;
    one.about = aboutOf(one, clock.monotonic() - began);
    const source = sources.of(name);
    source.begin(at);
    source.offer(one.about, BOX);
    const identity = { job: kinds[name]?.job ?? name, instance };
    for (let from = 0; from < one.latest.length; from += SLICE) {
      if (from > 0) await setImmediate();
      if (ended.aborted) return;
      source.offer(one.latest.slice(from, from + SLICE), identity);
    }
    source.finish();
  }

  function giveUp(one: Running): void {
    const { exporter } = one;
    delete one.exporter;
    one.underWay = Promise.resolve();
    exporter?.stop().catch((error: unknown) => log(`exporter ${one.of.name} did not stop: ${error}`));
  }

  /** What is under way ends before, or it would open again what is closed; one that goes on is not waited for. */
  async function end(one: Running): Promise<void> {
    running.delete(one.of.name);
    one.ending.abort(new Error('it is no longer wanted'));
    const patience = Promise.withResolvers<void>();
    // Not of the injected clock, which nobody may move any more.
    const timer = setTimeout(patience.resolve, GRACE_MS);
    await Promise.race([one.underWay, patience.promise]);
    clearTimeout(timer);
    await one.exporter?.stop();
  }

  return {
    async configure({ exporters: list }) {
      const wanted = new Map(list.map((one) => [one.name, one]));
      const over = [...running.values()].filter(({ of }) => !isSame(of, wanted.get(of.name)));
      await Promise.all(over.map(end));
      sources.keepOnly(new Set(wanted.keys()), clock.now());
      const begun = list.filter(({ name }) => !running.has(name));
      for (const of of begun) running.set(of.name, begin(of));
      const all = [...running.values()];
      schedule.set(all.map((one) => ({ key: one.of.name, everyMs: one.of.everyMs, run: () => collect(one) })));
      for (const { name } of begun) schedule.again(name, SOON_MS);
    },
    *samples() {
      for (const { of, about, latest, exporter } of running.values()) {
        yield { identity: BOX, samples: about, offered: true };
        const identity = { job: kinds[of.name]?.job ?? of.name, instance };
        yield { identity, samples: latest, families: exporter?.families?.() ?? [], offered: true };
      }
    },
    portVerdict: (protocol, port) => portVerdictAmong(running.values(), protocol, port),
    async stop() {
      ending.abort(new Error('the box is stopping'));
      await schedule.stop();
      await Promise.all([...running.values()].map(end));
    },
  };
}

function begin(of: ExporterSettings): Running {
  return { of, latest: [], about: [], failing: undefined, ending: new AbortController(), underWay: Promise.resolve() };
}

/** Secrets are compared by their text. */
function isSame(a: ExporterSettings, b: ExporterSettings | undefined): boolean {
  return JSON.stringify(seal(a)) === JSON.stringify(seal(b));
}

function aboutOf({ of, failing, latest, lastSuccess }: Running, tookMs: number): Sample[] {
  const exporter = of.name;
  return [
    sample(catalogued.up, failing === undefined ? 1 : 0, { exporter }),
    sample(catalogued.duration, tookMs / 1e3, { exporter }),
    sample(catalogued.samples, latest.length, { exporter }),
    ...(lastSuccess === undefined ? [] : [sample(catalogued.lastSuccess, lastSuccess / 1e3, { exporter })]),
  ];
}
