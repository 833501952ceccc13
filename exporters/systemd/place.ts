import { readFile } from 'node:fs/promises';

/** Which systemd, and how it can be asked. */
export interface Place {
  /** `system`, or `user:` and the name or number that was asked for: the label of its metrics. */
  readonly scope: string;
  /** The number of that user. */
  readonly userId?: number;
  /** Where its bus listens. */
  readonly bus: string;
  /** The program to ask when the bus does not answer; absent where that program would ask another systemd. */
  readonly systemctl?: string | undefined;
  readonly journalctl: string;
}

/** What the settings say of where systemd is. */
export interface PlaceSettings {
  readonly bus?: string | undefined;
  readonly user?: string | true | undefined;
  readonly systemctl?: string | undefined;
  readonly journalctl?: string | undefined;
}

/** dbus-daemon(1): where the system bus is on every distribution. */
const SYSTEM_BUS = 'unix:path=/run/dbus/system_bus_socket';

/** Finds out where that systemd is. Rejects when there is no such user. */
export async function findPlace({ bus, user, systemctl, journalctl = 'journalctl' }: PlaceSettings): Promise<Place> {
  if (user !== undefined) {
    const id = user === true ? (process.getuid?.() ?? 0) : await userId(user);
    const scope = `user:${user === true ? id : user}`;
    return { scope, userId: id, bus: bus ?? `unix:path=/run/user/${id}/bus`, journalctl };
  }
  // With another bus it would be another machine's systemd that systemctl asks.
  const program = systemctl ?? (bus === undefined ? 'systemctl' : undefined);
  return { scope: 'system', bus: bus ?? SYSTEM_BUS, journalctl, ...(program !== undefined && { systemctl: program }) };
}

async function userId(name: string): Promise<number> {
  if (/^\d+$/.test(name)) return Number(name);
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((one) => one.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  if (id === undefined) throw new Error(`there is no user ${name} in /etc/passwd; the number of the user does as well`);
  return Number(id);
}
