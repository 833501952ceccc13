import { z } from 'zod';
import type { ExporterSpec } from '../../model/exporter-spec.ts';
import { duration } from '../../model/settings.ts';
import { busAddress, unitName, userName } from '../../model/unit-setting.ts';
import type { SystemdSettings } from './settings.ts';

const expect = () =>
  z
    .array(unitName())
    .default([])
    .describe('Units that are to be active. One that systemd does not know counts as down.')
    .meta({ examples: [['nginx.service', 'backup.timer']] });

const users = z
  .array(
    z.union([
      userName().transform((name) => ({ name, expect: [] })),
      z.strictObject({
        name: userName().describe("The user's name or number."),
        bus: busAddress().optional(),
        expect: expect(),
      }),
    ]),
  )
  .default([])
  .describe('Users whose own systemd is watched as well.')
  .meta({ examples: [['media', 1000]] });

const program = (words: string) => z.string().min(1).optional().describe(words);

/** The settings of the systemd exporter. */
export const settings: ExporterSpec<SystemdSettings> = {
  schema: z
    .strictObject({
      expect: expect(),
      within: z
        .record(
          unitName().refine((name) => name.endsWith('.timer'), { error: 'the name of a timer, as backup.timer' }),
          duration(),
        )
        .default({})
        .describe('By timer: how long its last run may lie back before it counts as overdue.')
        .meta({ examples: [{ 'backup.timer': '26h' }] }),
      users,
      states: z
        .array(z.string().regex(/^[A-Za-z0-9:_.\\@*-]+$/, { error: 'the name of a unit, in which * is any text' }))
        .default([])
        .describe(
          'Units whose state is also given as `node_systemd_unit_state`, five series each: names, in which `*` is any text.',
        )
        .meta({ examples: [['nginx.service', 'docker*']] }),
      bus: busAddress().optional(),
      systemctl: program(
        'The program to ask where the bus does not answer. With a `bus` of its own, none when left out.',
      ),
      journalctl: program('The program that reads the journal.'),
    })
    .describe(
      'Units, timers and sockets of systemd; every failure, however short, with its reason.',
    ) as z.ZodType<SystemdSettings>,
};
