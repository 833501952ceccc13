import { z } from 'zod';

/** systemd.unit(5): what a unit's name may hold, and how it ends. */
const NAME = /^[A-Za-z0-9:_.\\@-]+$/;
const TYPES = 'service|socket|target|device|mount|automount|swap|timer|path|slice|scope';
const ENDS = new RegExp(`\\.(?:${TYPES})$`);
const LONGEST = 255;

/** The name of a unit; without an ending it is a service's, as systemctl has it. */
export function unitName() {
  return z
    .string()
    .regex(NAME, { error: 'the name of a unit, as nginx.service' })
    .transform((name) => (ENDS.test(name) ? name : `${name}.service`))
    .refine((name) => name.length <= LONGEST && !/^(?:\.|-)/.test(name), {
      error: 'the name of a unit, as nginx.service',
    })
    .refine((name) => !/^[^@]*@\./.test(name), { error: 'an instance of that template, as getty@tty1.service' })
    .meta({ type: 'string', examples: ['nginx.service', 'backup.timer'] });
}

/** Where a bus listens. */
export function busAddress() {
  return z
    .string()
    .regex(/^(?:\/|unix:(?:path|abstract)=)./, {
      error: 'a path, or an address of D-Bus such as unix:path=/run/dbus/system_bus_socket',
    })
    .describe('Where the bus listens: a path, or an address as `unix:path=…`. The usual place when left out.')
    .meta({ examples: ['/host/run/dbus/system_bus_socket'] });
}

const USER_WANTED = 'the name or number of a user';

/** A user, by name or number; as text. */
export function userName() {
  return z
    .union([z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/, { error: USER_WANTED }), z.int().min(0)], USER_WANTED)
    .transform(String);
}
