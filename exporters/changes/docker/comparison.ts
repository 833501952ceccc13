import type { Change, ChangeKind } from '../../../model/change.ts';
import { type Instant, SECOND } from '../../../model/time.ts';
import type { DockerEvent } from './events.ts';
import type { ContainerNow, Inventory } from './inventory.ts';
import { stateOf } from './states.ts';

/** What Docker had, and until when that is known. */
export interface Stock {
  readonly inventory: Inventory;
  readonly at: Instant;
}

/** What was altered from one stock to the next, and when, so far as the events between them and the daemon's own times say; else at the second. */
export function compareStocks(before: Stock, after: Stock, events: readonly DockerEvent[]): Change[] {
  const [old, now] = [before.inventory, after.inventory];
  const said = (type: DockerEvent['type'], name: string, actions: readonly string[]): Instant =>
    events.findLast((one) => one.type === type && one.name === name && actions.includes(one.action))?.at ?? after.at;
  const since = (one: ContainerNow): Instant => (one.created > before.at - SECOND ? one.created : after.at);
  const changes: Change[] = [];
  const tell = (at: Instant, kind: ChangeKind, what: string, from?: string, to?: string, detail?: string): void => {
    changes.push({ at, kind, what, ...(from && { from }), ...(to && { to }), ...(detail && { detail }) });
  };
  if (old.engine !== now.engine) tell(after.at, 'engine', 'docker', old.engine, now.engine);
  for (const [part, to] of Object.entries(now.parts))
    if (own(old.parts, part) !== to) tell(after.at, 'engine', part, own(old.parts, part), to);
  const [namedBefore, namedNow] = [namesById(old), namesById(now)];
  for (const [id, name] of namedNow) {
    const was = namedBefore.get(id);
    if (was !== undefined && was !== name)
      tell(said('container', name, ['rename']), 'container', was, was, name, 'renamed');
  }
  for (const name of namesOf(old.containers, now.containers)) {
    const [was, is] = [own(old.containers, name), own(now.containers, name)];
    // Under another name it is neither.
    const gone = was !== undefined && !namedNow.has(was.id) ? was : undefined;
    const come = is !== undefined && !namedBefore.has(is.id) ? is : undefined;
    if (come !== undefined) tell(since(come), 'container', name, was?.image, come.image, was && 'made anew');
    else if (gone !== undefined) tell(said('container', name, ['destroy']), 'container', name, gone.image);
  }
  for (const tag of namesOf(old.images, now.images)) {
    const [was, is] = [own(old.images, tag), own(now.images, tag)];
    if (was !== is) tell(said('image', tag, ['pull', 'tag', 'untag', 'load', 'delete']), 'image', tag, was, is);
  }
  return changes;
}

/** How the containers that are the same in both have started and ended, and the states they are in then, by name. */
export function replayStates(
  before: Stock,
  after: Stock,
  events: readonly DockerEvent[],
): { readonly changes: readonly Change[]; readonly states: Readonly<Record<string, string>> } {
  const changes: Change[] = [];
  const states: Record<string, string> = {};
  const isSame = (name: string) =>
    own(before.inventory.containers, name)?.id === own(after.inventory.containers, name)?.id;
  for (const [name, { state }] of Object.entries(before.inventory.containers)) if (isSame(name)) states[name] = state;
  const observe = (at: Instant, name: string, to: string | undefined): void => {
    const from = own(states, name);
    if (from === undefined || to === undefined || from === to) return;
    states[name] = to;
    changes.push({ at, kind: 'container', what: name, from, to });
  };
  const told = events.filter((one) => one.type === 'container' && one.at > before.at);
  for (const one of told) if (one.at <= after.at) observe(one.at, one.name, stateOf(one));
  for (const [name, { state }] of Object.entries(after.inventory.containers)) observe(after.at, name, state);
  for (const one of told) if (one.at > after.at) observe(one.at, one.name, stateOf(one));
  return { changes, states };
}

/** The containers that were made since, as far as one can know at a first look. */
export function createdSince({ containers }: Inventory, since: Instant): Change[] {
  return Object.entries(containers)
    .filter(([, { created }]) => created >= since)
    .map(([name, { created, image }]) => ({ at: created, kind: 'container', what: name, to: image }));
}

/** A container may be called `constructor`. */
function own<T>(of: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

function namesById({ containers }: Inventory): ReadonlyMap<string, string> {
  return new Map(Object.entries(containers).map(([name, { id }]) => [id, name]));
}

function namesOf(a: object, b: object): Set<string> {
  return new Set([...Object.keys(a), ...Object.keys(b)]);
}
