import { tmpdir } from 'node:os';
import type { TestContext } from 'node:test';
import { createClock } from '../../../collector/clock.ts';
import { openExporter as openMounts } from '../../../exporters/mounts/mounts.ts';
import type { MountsSettings } from '../../../exporters/mounts/settings.ts';
import type { Labels, Sample } from '../../../model/sample.ts';

/** What one collection gave. */
export interface Page {
  readonly samples: readonly Sample[];
  /** It was complete before the deadline. */
  readonly isWhole: boolean;
  /** The value of the one sample of a metric that has these labels, among others; undefined when there is none. */
  value(name: string, labels?: Labels): number | undefined;
  /** Why a mount is not healthy. */
  reason(mountpoint: string): string | undefined;
}

/** An exporter at work in this process, and what it says. */
export interface Watch {
  /** Collects, with a deadline as the runner has one; fails when it was not kept. */
  collect(deadlineMs?: number): Promise<Page>;
  readonly troubles: string[];
  /** How often it asked to collect soon. */
  readonly hurried: () => number;
  stop(): Promise<void>;
}

export async function watchMounts(t: TestContext, settings: Partial<MountsSettings>): Promise<Watch> {
  const troubles: string[] = [];
  let hurried = 0;
  const exporter = await openMounts(
    { expect: [], writable: [], skip: [], skipTypes: [], timeoutMs: 3_000, root: '/', ...settings },
    {
      clock: createClock(),
      folder: tmpdir(),
      changed: async () => {},
      soon: () => hurried++,
      onTrouble: (message) => troubles.push(message),
    },
  );
  t.after(() => exporter.stop());
  return {
    troubles,
    hurried: () => hurried,
    stop: () => exporter.stop(),
    async collect(deadlineMs = 30_000) {
      const deadline = AbortSignal.timeout(deadlineMs);
      const late = AbortSignal.timeout(deadlineMs + 5_000);
      const samples = await Promise.race([
        exporter.collect(deadline),
        new Promise<never>((_, reject) =>
          late.addEventListener('abort', () => reject(new Error('it did not end in time'))),
        ),
      ]);
      return pageOf(samples, !deadline.aborted);
    },
  };
}

function pageOf(samples: readonly Sample[], isWhole: boolean): Page {
  return {
    samples,
    isWhole,
    value: (name, labels = {}) =>
      samples.find(
        (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
      )?.value,
    reason: (mountpoint) =>
      samples.find((one) => one.name === 'signalbox_mount_unhealthy_info' && one.labels.mountpoint === mountpoint)
        ?.labels.reason,
  };
}
