import { z } from 'zod';
import type { Listen } from '../../model/config.ts';
import type { Section } from '../../model/section.ts';
import { described, names as hostNames, setting } from '../../model/settings.ts';

const LISTEN_WANTED = 'a port, or an address with one, such as 8300, 0.0.0.0:8300 or [::]:8300';

/** An address to listen on; a port alone is on loopback. */
function address() {
  return z
    .union([z.number(), z.string()], LISTEN_WANTED)
    .transform((written, context) => {
      const [, host, port] = /^(?:(\[[\da-fA-F:.]+\]|[\w.-]+):)?(\d{1,5})$/.exec(String(written)) ?? [];
      if (port !== undefined && Number(port) <= 65_535)
        return { host: (host ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port: Number(port) };
      context.issues.push({ code: 'custom', input: written, message: LISTEN_WANTED });
      return z.NEVER;
    })
    .meta({ examples: [8300, '0.0.0.0:8300', '[::]:8300'] });
}

/** `listen`: where the box itself is. */
export const listen: Section<Listen> = {
  schema: setting(
    address(),
    'Where the box listens: site, wall, pushes, heartbeats and metrics. A port alone is on 127.0.0.1.',
    8300,
  ),
  restart: true,
};

const NAME_WANTED = 'the name of a host, such as box.lan, without a port';

/** `names`: by which names the box is asked. */
export const names: Section<readonly string[]> = {
  schema: described(
    hostNames(
      z
        .string()
        .regex(/^(?=.{1,253}$)(?![\d.]+$)[\w-]{1,63}(\.[\w-]{1,63})*$/, NAME_WANTED)
        .transform((name) => name.toLowerCase()),
    )
      .optional()
      .transform((list) => list ?? []),
    "Names by which the box is asked, one or a list, beside its addresses, localhost and the machine's own name. It answers to no other: a page elsewhere could have led a browser here by a name of its own.",
  ),
};

/** `public`: where the files of the site alone are; undefined for nowhere. */
export const publicSite: Section<{ readonly listen: Listen } | undefined> = {
  schema: described(
    z.strictObject({ listen: described(address(), 'Where it listens.') }).optional(),
    'A second door, off when left out, that serves the files of the site and nothing else.',
  ),
  restart: true,
  lint(site, whole) {
    const box = whole.of(listen);
    if (site === undefined || box === undefined || site.listen.port !== box.port || box.port === 0) return [];
    const message = `came port ${box.port}, where the box itself listens; wanted another`;
    return [{ path: ['listen'], message }];
  },
};
