import { z } from 'zod';
import type { ExporterSpec } from '../../model/exporter-spec.ts';
import { duration } from '../../model/settings.ts';
import { DAY, HOUR, SECOND } from '../../model/time.ts';
import type { ChangesSettings } from './settings.ts';

export const settings: ExporterSpec<ChangesSettings> = {
  schema: z
    .strictObject({
      socket: z
        .string()
        .regex(/^\//, 'the path of a socket, such as /run/docker.sock')
        .optional()
        .describe("Docker's socket. The one that `DOCKER_HOST` names when left out, else `/run/docker.sock`."),
      backlog: duration()
        .refine((ms) => ms >= HOUR && ms <= 730 * DAY, { message: 'a duration from 1h to 730d' })
        .default(90 * DAY)
        .meta({ description: 'How far back the logs are read at the first start.', default: '90d' }),
      root: z.string().regex(/^\//, 'a folder, from / on').default('/').meta({
        description: "Where the machine's root file system is mounted, when the box runs in a container.",
        default: '/',
      }),
    })
    .describe('What was altered on the machine: packages, snaps, containers, kernel, boots, firewall, unit files.'),
  everyMs: 30 * SECOND,
};
