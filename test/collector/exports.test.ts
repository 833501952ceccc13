import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createExports } from '../../collector/exports.ts';
import { writePage } from '../../exposition/page.ts';
import type { ExporterContext, OpenExporter } from '../../model/exporter.ts';
import type { Identity, Sample } from '../../model/sample.ts';
import { SECOND } from '../../model/time.ts';
import { diskSettled } from '../disk-settled.ts';
import { FakeClock } from '../fake-clock.ts';

const ONE: Sample = { name: 'one', labels: {}, value: 1 };

/** Exporters on a clock moved by hand; what they gave, by name of the metric and its labels. */
async function world(t: TestContext, kinds: Record<string, OpenExporter<unknown>>) {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-exports-'));
  const clock = new FakeClock();
  const given: { samples: readonly Sample[]; identity: Identity }[] = [];
  const ended: string[] = [];
  const troubles: string[] = [];
  const exports = createExports({
    clock,
    sink: {
      offer: (samples, identity) => void given.push({ samples, identity }),
      end: (samples) => void ended.push(...samples.map(({ name }) => name)),
    },
    kinds: Object.fromEntries(
      Object.entries(kinds).map(([name, open]) => [
        name,
        { open: async () => open as OpenExporter<never>, job: 'node' },
      ]),
    ),
    instance: 'nas',
    stateFolder: folder,
    changed: async () => {},
    log: (message) => troubles.push(message),
  });
  t.after(async () => {
    await exports.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const list = (settings: unknown = {}) => Object.keys(kinds).map((name) => ({ name, everyMs: 15 * SECOND, settings }));
  /** The last value of a metric, of one exporter where it is one of the box's own. */
  const last = (name: string, exporter?: string) =>
    given
      .flatMap(({ samples }) => samples)
      .findLast((one) => one.name === name && (exporter === undefined || one.labels.exporter === exporter))?.value;
  /** Lets so much of the clock's time pass, in which the disk takes no time. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= SECOND) {
      await clock.advance(Math.min(left, SECOND));
      await diskSettled();
    }
  };
  return { exports, given, ended, troubles, list, last, pass };
}

test('what an exporter gives carries its job and the machine, and stands on the page', async (t) => {
  const { exports, given, last, list, pass } = await world(t, {
    good: async () => ({ collect: async () => [ONE], stop: async () => {} }),
  });
  await exports.configure({ exporters: list() });
  await pass(16 * SECOND);
  const { identity } = given.find(({ samples }) => samples.includes(ONE)) ?? assert.fail('nothing came');
  assert.deepEqual(identity, { job: 'node', instance: 'nas' });
  assert.equal(last('signalbox_exporter_up', 'good'), 1);
  assert.equal(last('signalbox_exporter_samples', 'good'), 1);
  assert.deepEqual(
    [...exports.samples()].flatMap(({ samples }) => samples).filter(({ name }) => name === 'one'),
    [ONE],
  );
});

test('what a family is that others name stands on the page as its exporter says', async (t) => {
  const family = { name: 'one', type: 'counter', help: 'Of others.' } as const;
  const { exports, list, pass } = await world(t, {
    passes: async () => ({ collect: async () => [ONE], families: () => [family], stop: async () => {} }),
  });
  await exports.configure({ exporters: list() });
  await pass(SECOND);
  const page = await writePage(exports.samples());
  assert.match(page, /^# HELP one Of others\.\n# TYPE one counter\none 1\n/m);
});

test('one that throws, one that hangs and one that cannot be opened are down, in words, and hurt no other', async (t) => {
  const { exports, last, list, troubles, pass } = await world(t, {
    good: async () => ({ collect: async () => [ONE], stop: async () => {} }),
    throws: async () => ({ collect: () => Promise.reject(new Error('no /proc here')), stop: async () => {} }),
    hangs: async () => ({ collect: () => new Promise(() => {}), stop: async () => {} }),
    shut: () => Promise.reject(new Error('no bus')),
  });
  await exports.configure({ exporters: list() });
  await pass(60 * SECOND);
  assert.deepEqual(
    ['good', 'throws', 'hangs', 'shut'].map((name) => last('signalbox_exporter_up', name)),
    [1, 0, 0, 0],
  );
  assert.deepEqual(troubles.toSorted(), [
    'exporter hangs cannot see: it did not end within 10 s',
    'exporter shut cannot see: no bus',
    'exporter throws cannot see: no /proc here',
  ]);
});

test('one that sees again says so, and was opened once', async (t) => {
  let opened = 0;
  let fails = true;
  const { exports, last, list, troubles, pass } = await world(t, {
    moody: async () => {
      opened++;
      return { collect: async () => (fails ? Promise.reject(new Error('not now')) : [ONE]), stop: async () => {} };
    },
  });
  await exports.configure({ exporters: list() });
  await pass(16 * SECOND);
  fails = false;
  await pass(16 * SECOND);
  assert.deepEqual(troubles, ['exporter moody cannot see: not now', 'exporter moody sees again']);
  assert.equal(last('signalbox_exporter_up', 'moody'), 1);
  assert.equal(opened, 1);
});

test('one that hangs is stopped and opened anew', async (t) => {
  let stopped = 0;
  let opened = 0;
  const { exports, list, pass } = await world(t, {
    hangs: async () => {
      opened++;
      return { collect: () => new Promise(() => {}), stop: async () => void stopped++ };
    },
  });
  await exports.configure({ exporters: list() });
  await pass(40 * SECOND);
  assert.ok(opened > 1, `opened ${opened} times`);
  assert.ok(stopped >= opened - 1, `stopped ${stopped} times`);
});

test('a reload begins only those anew that have other settings, and ends those that are gone', async (t) => {
  const log: string[] = [];
  const opening =
    (name: string): OpenExporter<unknown> =>
    async (settings) => {
      log.push(`${name} opened ${JSON.stringify(settings)}`);
      return { collect: async () => [], stop: async () => void log.push(`${name} stopped`) };
    };
  const { exports, pass } = await world(t, { a: opening('a'), b: opening('b'), c: opening('c') });
  const of = (name: string, settings: unknown) => ({ name, everyMs: SECOND, settings });
  await exports.configure({ exporters: [of('a', 1), of('b', 1), of('c', 1)] });
  await pass(3 * SECOND);
  log.length = 0;
  await exports.configure({ exporters: [of('a', 1), of('b', 2)] });
  await pass(3 * SECOND);
  assert.deepEqual(log.toSorted(), ['b opened 2', 'b stopped', 'c stopped']);
});

test('one that is ended while it collects is told, and is stopped only then', async (t) => {
  const log: string[] = [];
  const { exports, list, troubles, pass } = await world(t, {
    slow: async () => ({
      collect: (signal) =>
        new Promise((resolve) => {
          log.push('collects');
          signal.addEventListener('abort', async () => {
            await diskSettled();
            log.push('has ended');
            resolve([]);
          });
        }),
      stop: async () => void log.push('is stopped'),
    }),
  });
  await exports.configure({ exporters: list() });
  await pass(SECOND);
  assert.deepEqual(log, ['collects']);
  await exports.configure({ exporters: [] });
  assert.deepEqual(log, ['collects', 'has ended', 'is stopped']);
  assert.deepEqual(troubles, []);
});

test('an exporter may ask to be heard soon', async (t) => {
  let context: ExporterContext | undefined;
  let collected = 0;
  const { exports, list, pass } = await world(t, {
    eager: async (_settings, given) => {
      context = given;
      return {
        collect: async () => {
          collected++;
          return [];
        },
        stop: async () => {},
      };
    },
  });
  await exports.configure({ exporters: list() });
  await pass(16 * SECOND);
  const before = collected;
  for (let times = 0; times < 10; times++) context?.soon();
  await pass(SECOND);
  assert.equal(collected, before + 1);
});

test('what the firewall says of a port is asked of the exporter that sees it, while it runs', async (t) => {
  const { exports, list, pass } = await world(t, {
    blind: async () => ({ collect: async () => [], stop: async () => {} }),
    firewall: async () => ({
      collect: async () => [],
      portVerdict: (protocol, port) => (port === 8080 ? `it stops ${port}/${protocol}` : undefined),
      stop: async () => {},
    }),
  });
  assert.equal(exports.portVerdict('tcp', 8080), undefined);
  await exports.configure({ exporters: list() });
  await pass(SECOND);
  assert.equal(exports.portVerdict('tcp', 8080), 'it stops 8080/tcp');
  assert.equal(exports.portVerdict('udp', 53), undefined);
  await exports.configure({ exporters: [] });
  assert.equal(exports.portVerdict('tcp', 8080), undefined);
});

test('what an exporter has no more ends; so does all of it when it cannot see, and when a reload removes it, but not when the box stops', async (t) => {
  const two: Sample = { name: 'two', labels: {}, value: 2 };
  let sees: readonly Sample[] | Error = [ONE, two];
  const { exports, ended, list, pass } = await world(t, {
    moody: async () => ({
      collect: async () => (sees instanceof Error ? Promise.reject(sees) : sees),
      stop: async () => {},
    }),
  });
  const after = async (seen: typeof sees) => {
    sees = seen;
    await pass(15 * SECOND);
    return ended.splice(0);
  };
  await exports.configure({ exporters: list() });
  await pass(SECOND);
  assert.deepEqual(await after([ONE, two]), []);
  assert.deepEqual(await after([two]), ['one']);
  assert.deepEqual(await after(new Error('not now')), ['two']);
  assert.deepEqual(await after([ONE]), []);
  await exports.configure({ exporters: list('other settings') });
  assert.deepEqual(await after([two]), ['one'], 'other settings are no other exporter');
  await exports.configure({ exporters: [] });
  assert.deepEqual(
    ended.splice(0).filter((name) => !name.startsWith('signalbox_')),
    ['two'],
  );
  await exports.configure({ exporters: list() });
  await pass(SECOND);
  await exports.stop();
  assert.deepEqual(ended, []);
});

test('what two exporters see, one of them tells: whether it is another one is known once that has looked', async (t) => {
  let context: ExporterContext | undefined;
  let tells: boolean | undefined;
  let isBlind = false;
  const { exports, list, pass } = await world(t, {
    coarse: async (_settings, given) => {
      context = given;
      return { collect: async () => [], stop: async () => {} };
    },
    fine: async () => ({
      collect: async () => {
        if (isBlind) throw new Error('it may not look');
        return [];
      },
      tells: (topic) => (topic === 'firewall rules' ? tells : false),
      stop: async () => {},
    }),
  });
  await exports.configure({ exporters: list() });
  await pass(SECOND);
  const asked = () => [context?.toldElsewhere?.('firewall rules'), context?.toldElsewhere?.('docker engine')];
  assert.deepEqual(asked(), [undefined, false]);
  tells = true;
  assert.deepEqual(asked(), [true, false]);
  isBlind = true;
  await pass(16 * SECOND);
  assert.deepEqual(asked(), [false, false], 'one that cannot see tells nothing');
});
