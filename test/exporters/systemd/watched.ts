import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../../collector/clock.ts';
import { settings as spec } from '../../../exporters/systemd/spec.ts';
import { openExporter as openSystemd } from '../../../exporters/systemd/systemd.ts';
import type { Exporter } from '../../../model/exporter.ts';
import type { Sample } from '../../../model/sample.ts';
import type { Clock } from '../../../model/time.ts';

/** The exporter as the box opens it, its settings read by their schema; stopped, and its folder gone, by disposal. */
export class Watched implements AsyncDisposable {
  readonly troubles: string[] = [];
  readonly exporter: Exporter;
  readonly #folder: string;
  samples: readonly Sample[] = [];
  soon = 0;

  private constructor(exporter: Exporter, folder: string, troubles: string[], onSoon: (told: () => void) => void) {
    this.exporter = exporter;
    this.#folder = folder;
    this.troubles = troubles;
    onSoon(() => this.soon++);
  }

  static async open(settings: unknown, clock: Clock = createClock()): Promise<Watched> {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-systemd-exporter-'));
    const troubles: string[] = [];
    let told = () => {};
    const exporter = await openSystemd(spec.schema.parse(settings), {
      clock,
      folder,
      changed: async () => {},
      soon: () => told(),
      onTrouble: (message) => troubles.push(message),
    });
    return new Watched(exporter, folder, troubles, (count) => {
      told = count;
    });
  }

  /** Collects, within ten seconds as the runner does. */
  async collect(): Promise<readonly Sample[]> {
    this.samples = await this.exporter.collect(AbortSignal.timeout(10_000));
    return this.samples;
  }

  /** The value of `name{label="value"}` in the last collection, all labels that are given having to fit; undefined when there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    return this.samples.find(
      (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    )?.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.exporter.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A service without anything that a distribution adds. */
export function service(lines: string, unit = ''): string {
  return `[Unit]\nDefaultDependencies=no\n${unit}\n[Service]\n${lines}\n`;
}
