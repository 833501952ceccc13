import type { ChangeKind } from '../../model/change.ts';
import type { ExporterContext, OpenExporter } from '../../model/exporter.ts';
import { sample } from '../../model/metric.ts';
import { changes as catalogued } from '../../model/metrics/changes.ts';
import { programPath } from '../../programs/find-program.ts';
import { bootSource } from './boot/boot.ts';
import { dockerSource } from './docker/docker.ts';
import { firewallSource } from './firewall/firewall.ts';
import { type Follower, follow, type Told } from './follower.ts';
import type { Machine } from './machine.ts';
import { packagesSource } from './packages/packages.ts';
import type { ChangesSettings } from './settings.ts';
import { snapsSource } from './snaps/snaps.ts';
import type { Source } from './source.ts';
import { openTally } from './tally.ts';
import { unitsSource } from './units/units.ts';

/** What this exporter records; `config` and `version` are the box's own. */
const KINDS: readonly ChangeKind[] = [
  'package',
  'snap',
  'image',
  'container',
  'engine',
  'kernel',
  'boot',
  'firewall',
  'unit',
];

const MOVES_FIREWALL: readonly ChangeKind[] = ['package', 'snap', 'engine', 'container'];

/** What was altered on this machine. */
export const openExporter: OpenExporter<ChangesSettings> = (settings, context) =>
  openChangesOf({ root: settings.root, path: programPath() }, settings, context);

/** What was altered on a machine whose files are elsewhere. */
export async function openChangesOf(
  machine: Machine,
  settings: Omit<ChangesSettings, 'root'>,
  context: ExporterContext,
): ReturnType<OpenExporter<ChangesSettings>> {
  const tally = await openTally(context.folder, KINDS);
  const { followers, firewall } = followAll(machine, settings, context);
  const ending = new AbortController();
  const underWay = new Map<Follower, Promise<void>>();
  const seen: Told[] = [];

  /** A backlog, or a daemon that hangs, may take longer than a collection: it goes on beside it and the others, and never twice. */
  function begin(follower: Follower): Promise<void> {
    const begun =
      underWay.get(follower) ??
      follower
        .look(ending.signal)
        .then((told) => void seen.push(told))
        .finally(() => underWay.delete(follower));
    underWay.set(follower, begun);
    return begun;
  }

  async function countSeen(): Promise<void> {
    for (const { changes, isBacklog } of seen.splice(0)) {
      if (changes.length > 0) await tally.count(changes, isBacklog, context.clock.now());
      // What most often moves the firewall, and nothing calls when it does.
      if (changes.some(({ kind }) => MOVES_FIREWALL.includes(kind))) firewall.call();
    }
  }

  return {
    async collect(signal) {
      await Promise.race([Promise.all(followers.map(begin)), aborted(signal)]);
      await countSeen();
      return [
        ...tally.samples(),
        ...followers.flatMap(({ name, sees }) =>
          sees === undefined ? [] : [sample(catalogued.sourceUp, Number(sees), { source: name })],
        ),
      ];
    },
    async stop() {
      ending.abort(new Error('the exporter is stopping'));
      await Promise.all(followers.map((follower) => follower.stop()));
      await Promise.all(underWay.values());
      await countSeen().catch((error: unknown) => context.onTrouble(`what was seen last is not counted: ${error}`));
    },
  };
}

function followAll(machine: Machine, settings: Omit<ChangesSettings, 'root'>, context: ExporterContext) {
  const one = <Known>(source: Source<Known>): Follower => follow(source, settings.backlog, context);
  const { toldElsewhere } = context;
  const firewall = one(firewallSource(machine, toldElsewhere));
  const docker: Follower = one(
    dockerSource(settings.socket, machine, context.clock, () => docker.call(), toldElsewhere),
  );
  const others = [packagesSource(machine), snapsSource(machine), bootSource(machine), unitsSource(machine)];
  return { firewall, followers: [docker, firewall, ...others.map((source) => one(source as Source<unknown>))] };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
