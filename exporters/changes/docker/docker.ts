import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Change } from '../../../model/change.ts';
import { type Clock, type Instant, MINUTE } from '../../../model/time.ts';
import { type Docker, dockerSocketPath, openDocker } from '../../../programs/docker.ts';
import { isSocket } from '../../../programs/unix-socket.ts';
import type { Machine } from '../machine.ts';
import type { Source, ToldElsewhere } from '../source.ts';
import { compareStocks, createdSince, replayStates, type Stock } from './comparison.ts';
import { openEventStream } from './events.ts';
import { takeStock } from './inventory.ts';
import { calm, type Restless } from './states.ts';

interface Known extends Stock {
  readonly socket: string;
  readonly restless: Restless;
}

/** How long the daemon may take to tell what it remembers. */
const REMEMBERING_MS = 300;

/**
 * Docker's engine, images and containers: its events as they come, and every few minutes what there is beside what there was. `call` has it
 * look.
 */
export function dockerSource(
  setting: string | undefined,
  machine: Machine,
  clock: Clock,
  call: () => void,
  toldElsewhere: ToldElsewhere = () => false,
): Source<Known> {
  const stream = openEventStream(clock, call);
  let docker: Docker | undefined;
  // Who else sees the engine remembers it over a restart of the box, too.
  const isOurs = ({ kind, what }: Change) =>
    kind !== 'engine' || what !== 'docker' || toldElsewhere('docker engine') === false;
  return {
    name: 'docker',
    everyMs: 5 * MINUTE,
    async look({ known: remembered, now, since, signal }) {
      const socket = setting ?? socketOf(machine);
      if (setting === undefined && !(await isSocket(socket))) return undefined;
      if (docker?.socket !== socket) docker = openDocker(socket);
      // Another daemon is another world.
      const known = remembered?.socket === socket ? remembered : undefined;
      if (stream.listen(docker, known?.at ?? now) && known !== undefined)
        await setTimeout(REMEMBERING_MS, undefined, { signal });
      const stock = { inventory: await takeStock(docker, signal), at: now };
      const events = stream.take();
      if (known === undefined)
        return { changes: createdSince(stock.inventory, since), known: { socket, ...stock, restless: {} } };
      const { changes, states } = replayStates(known, stock, events);
      const calmed = calm(changes, known.restless, now);
      return {
        changes: [...compareStocks(known, stock, events).filter(isOurs), ...calmed.changes],
        known: { socket, ...settled(stock, states, events.at(-1)?.at), restless: calmed.restless },
      };
    },
    stop: () => stream.stop(),
  };
}

/** The stock after the last event that came. */
function settled({ inventory, at }: Stock, states: Readonly<Record<string, string>>, last: Instant = 0): Stock {
  const containers = Object.entries(inventory.containers).map(([name, one]) => [
    name,
    { ...one, state: Object.hasOwn(states, name) ? (states[name] ?? one.state) : one.state },
  ]);
  return { inventory: { ...inventory, containers: Object.fromEntries(containers) }, at: Math.max(at, last) };
}

/** Where the daemon listens, as its own command finds it; one on another machine alters nothing here. */
function socketOf({ root }: Machine): string {
  const isNamed = root === '/' && process.env.DOCKER_HOST?.startsWith('unix://') === true;
  return isNamed ? dockerSocketPath() : join(root, 'run/docker.sock');
}
