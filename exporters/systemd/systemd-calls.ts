import { setImmediate } from 'node:timers/promises';
import { type Bus, BusError, THE_BUS } from '../../programs/dbus/connection.ts';
import type { Message } from '../../programs/dbus/message.ts';
import type { Value } from '../../programs/dbus/reader.ts';

/** A unit as systemd lists it: org.freedesktop.systemd1(5), ListUnits. */
export interface UnitRow {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
}

/** Properties by name, of one unit; what was not given is absent. */
export type Properties = Readonly<Record<string, Value>>;

/** Which properties are wanted, by interface: `Unit`, `Service`, `Timer`. */
export type Wanted = Readonly<Record<string, readonly string[]>>;

const SYSTEMD = 'org.freedesktop.systemd1';
const UNIT_PATH = '/org/freedesktop/systemd1/unit/';
export const MANAGER = { destination: SYSTEMD, path: '/org/freedesktop/systemd1', interface: `${SYSTEMD}.Manager` };

/** So many calls are under way at once. */
const AT_ONCE = 16;
/** So many rows are read in one turn of the loop. */
const SLICE = 200;

/** The interfaces whose changes tell of states and results. */
const TELLING = ['Unit', 'Service', 'Socket', 'Mount', 'Swap', 'Timer', 'Path', 'Automount'];

/** Asks to be told of everything that happens to units, from now on. */
export async function subscribe(bus: Bus): Promise<void> {
  const from = `type='signal',sender='${SYSTEMD}'`;
  const changed = `${from},interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'`;
  const rules = [
    `${from},interface='${MANAGER.interface}'`,
    `type='signal',sender='${THE_BUS.destination}',member='NameOwnerChanged',arg0='${SYSTEMD}'`,
    ...TELLING.map((one) => `${changed},path_namespace='${UNIT_PATH.slice(0, -1)}',arg0='${SYSTEMD}.${one}'`),
  ];
  const add = (rule: string) => bus.call({ ...THE_BUS, member: 'AddMatch', signature: 's', body: [rule] });
  await Promise.all(rules.map(add));
  // A bus gives each connection its own subscription; without any, systemd says nothing.
  await bus.call({ ...MANAGER, member: 'Subscribe' }).catch((error: unknown) => {
    if (!codeOf(error).endsWith('.AlreadySubscribed')) throw error;
  });
}

/** The name that the bus itself gave to systemd: its signals come under it. */
export async function ownerOfSystemd(bus: Bus): Promise<string> {
  const answer = await bus.call({ ...THE_BUS, member: 'GetNameOwner', signature: 's', body: [SYSTEMD] });
  return String(answer.body().read('s'));
}

/** All units that systemd has in memory. */
export async function listUnits(bus: Bus): Promise<UnitRow[]> {
  return rowsOf(await bus.call({ ...MANAGER, member: 'ListUnits' }));
}

/** These units, also those that systemd does not have in memory: it looks for their files then. */
export async function listUnitsByNames(bus: Bus, names: readonly string[]): Promise<UnitRow[]> {
  return rowsOf(await bus.call({ ...MANAGER, member: 'ListUnitsByNames', signature: 'as', body: [names] }));
}

async function rowsOf(answer: Message): Promise<UnitRow[]> {
  const rows: UnitRow[] = [];
  for (const row of answer.body().elements('(ssssssouso)')) {
    const [name, , load, active, sub] = row as readonly string[];
    rows.push({ name: name ?? '', load: load ?? '', active: active ?? '', sub: sub ?? '' });
    if (rows.length % SLICE === 0) await setImmediate();
  }
  return rows;
}

/** Properties of the manager, by name. */
export async function managerProperties(bus: Bus, names: readonly string[]): Promise<Properties> {
  const values = await Promise.all(names.map((name) => getProperty(bus, MANAGER.path, MANAGER.interface, name)));
  return present(names, values);
}

/** Properties of a unit, those that it has. Loads the unit where systemd does not have it in memory. */
export async function unitProperties(bus: Bus, unit: string, wanted: Wanted): Promise<Properties> {
  const path = UNIT_PATH + escaped(unit);
  const asked = Object.entries(wanted).flatMap(([of, names]) =>
    names.map((name) => [`${SYSTEMD}.${of}`, name] as const),
  );
  const values = await Promise.all(asked.map(([of, name]) => getProperty(bus, path, of, name)));
  return present(
    asked.map(([, name]) => name),
    values,
  );
}

/** The value of a property; undefined where this systemd, or this unit, does not have it. */
async function getProperty(bus: Bus, path: string, of: string, name: string): Promise<Value | undefined> {
  const call = { destination: SYSTEMD, path, interface: 'org.freedesktop.DBus.Properties', member: 'Get' };
  try {
    return (await bus.call({ ...call, signature: 'ss', body: [of, name] })).body().read('v');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return /\.(?:UnknownProperty|UnknownInterface|UnknownObject|UnknownMethod|NoSuchUnit)$/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof BusError ? error.code : '';
}

function present(names: readonly string[], values: readonly (Value | undefined)[]): Properties {
  const found: Record<string, Value> = {};
  for (const [index, name] of names.entries()) {
    const value = values[index];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Does the same for many, a few at once. Ends with the first that rejects. */
export async function forEach<T>(many: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const queue = many.values();
  const worker = async () => {
    for (const one of queue) await act(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The unit that an object path names: every byte but letters and digits is written `_2e`. Undefined when it names none. */
export function unitAt(path: string): string | undefined {
  if (!path.startsWith(UNIT_PATH)) return undefined;
  const bytes = path.slice(UNIT_PATH.length).replace(/_([0-9a-f]{2})/g, (_, hex: string) => `%${hex}`);
  try {
    return decodeURIComponent(bytes);
  } catch {
    return undefined;
  }
}

function escaped(unit: string): string {
  const written = (byte: number, first: boolean) => {
    const character = String.fromCharCode(byte);
    const plain = first ? /[A-Za-z]/ : /[A-Za-z0-9]/;
    return plain.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
  };
  return [...Buffer.from(unit)].map((byte, index) => written(byte, index === 0)).join('');
}
