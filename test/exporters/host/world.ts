import type { TestContext } from 'node:test';
import { openExporter as openHost } from '../../../exporters/host/host.ts';
import { type HostSettings, IGNORED_DISKS } from '../../../exporters/host/settings.ts';
import { writePage } from '../../../exposition/page.ts';
import type { Exporter } from '../../../model/exporter.ts';
import type { Sample } from '../../../model/sample.ts';
import type { Clock } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';

export const FIXTURES = new URL('../../fixtures/host/', import.meta.url).pathname;

/** The settings for a tree that has `proc`, `sys` and `root` in it, or for this machine itself. */
export function settingsFor(tree: string | undefined, more: Partial<HostSettings> = {}): HostSettings {
  const at = (name: string) => (tree === undefined ? `/${name}` : `${tree}/${name}`);
  const root = tree === undefined ? '/' : at('root');
  return { proc: at('proc'), sys: at('sys'), root, without: [], ignore: { disks: IGNORED_DISKS }, ...more };
}

export interface HostWorld {
  readonly exporter: Exporter;
  readonly clock: FakeClock;
  readonly troubles: string[];
  collect(signal?: AbortSignal): Promise<readonly Sample[]>;
}

/** The host exporter over a tree. It is stopped when the test ends. */
export async function openWorld(t: TestContext, settings: HostSettings): Promise<HostWorld> {
  const clock = new FakeClock();
  const troubles: string[] = [];
  const exporter = await openWith(settings, clock, troubles);
  t.after(() => exporter.stop());
  return {
    exporter,
    clock,
    troubles,
    collect: (signal = AbortSignal.timeout(30_000)) => exporter.collect(signal),
  };
}

/** The exporter as the box opens it, with the clock that is given. */
export function openWith(settings: HostSettings, clock: Clock, troubles: string[]): Promise<Exporter> {
  return openHost(settings, {
    clock,
    folder: '/nonexistent',
    changed: async () => {},
    soon() {},
    onTrouble: (message) => void troubles.push(message),
  });
}

/** The samples as a page of the text format. */
export function pageOf(samples: readonly Sample[]): Promise<string> {
  return writePage([{ samples }]);
}

/** The values of a metric, by its labels as `device=eth0`, in the order they came. */
export function valuesOf(samples: readonly Sample[], name: string): Record<string, number> {
  return Object.fromEntries(
    samples
      .filter((one) => one.name === name)
      .map(({ labels, value }) => [
        Object.entries(labels)
          .map(([label, text]) => `${label}=${text}`)
          .join(' '),
        value,
      ]),
  );
}
