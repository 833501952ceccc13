import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { TextfileSettings } from '../../../exporters/textfile/settings.ts';
import { openExporter as openTextfile } from '../../../exporters/textfile/textfile.ts';
import { writePage } from '../../../exposition/page.ts';
import type { Sample } from '../../../model/sample.ts';
import { type Clock, MINUTE, SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';

/** An exporter over real folders, on a clock moved by hand that begins at the machine's own time, or on another. */
export interface World {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly troubles: string[];
  /** How often it asked to be heard soon. */
  hurried(): number;
  /** Writes a file and moves it to its place, as those do that know how; `age` is how long ago it was written. */
  put(name: string, text: string | Buffer, age?: number): Promise<void>;
  /** Writes into the file as it stands there. */
  overwrite(name: string, text: string, age?: number): Promise<void>;
  collect(): Promise<readonly Sample[]>;
  /** What was collected last, as it stands on `/metrics`. */
  page(): Promise<string>;
  /** A value of the last collection. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

export async function makeWorld(
  t: TestContext,
  settings: Partial<TextfileSettings> = {},
  time?: Clock,
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "signalbox-text 'file' "));
  const own = await mkdtemp(join(tmpdir(), 'signalbox-textfile-own-'));
  const clock = new FakeClock(Date.now());
  const troubles: string[] = [];
  let hurried = 0;
  const exporter = await openTextfile(
    { folders: [folder], retype: {}, dropLabels: {}, ...settings },
    {
      clock: time ?? clock,
      folder: own,
      changed: async () => {},
      soon: () => void hurried++,
      onTrouble: (message) => troubles.push(message),
    },
  );
  t.after(async () => {
    await exporter.stop();
    await Promise.all([folder, own].map((one) => rm(one, { recursive: true, force: true })));
  });
  let latest: readonly Sample[] = [];
  const aged = (path: string, age: number) => {
    const at = new Date(clock.now() - age);
    return utimes(path, at, at);
  };
  return {
    folder,
    clock,
    troubles,
    hurried: () => hurried,
    async put(name, text, age = MINUTE) {
      await mkdir(join(folder, 'writing'), { recursive: true });
      const path = join(folder, 'writing', name);
      await writeFile(path, text);
      await aged(path, age);
      await rename(path, join(folder, name));
    },
    async overwrite(name, text, age = 0) {
      await writeFile(join(folder, name), text);
      await aged(join(folder, name), age);
    },
    async collect() {
      latest = await exporter.collect(AbortSignal.timeout(20 * SECOND));
      return latest;
    },
    page: () => writePage([{ samples: latest, families: exporter.families?.() ?? [] }]),
    value: (name, labels = {}) =>
      latest.find(
        (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
      )?.value,
  };
}
