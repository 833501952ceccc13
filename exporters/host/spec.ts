import { z } from 'zod';
import type { ExporterSpec } from '../../model/exporter-spec.ts';
import { pattern } from '../../model/settings.ts';
import { PART_NAMES } from './part-names.ts';
import { type HostSettings, IGNORED_DISKS } from './settings.ts';

const WHERE = 'an absolute path such as /host/proc';

function folder() {
  return z.string().startsWith('/', WHERE);
}

const ignore = z
  .strictObject({
    disks: pattern()
      .default(IGNORED_DISKS)
      .describe(
        'Block devices that are left out. As with node_exporter these are partitions, loop devices and RAM disks.',
      ),
    networks: pattern().optional().describe('Network devices that are left out. None when left out.'),
    power_supplies: pattern().optional().describe('Batteries and mains adapters that are left out.'),
  })
  .describe('What is left out, by regular expressions of names.');

const schema = z
  .strictObject({
    proc: folder().default('/proc').describe("Where the machine's /proc is seen from here; in a container /host/proc."),
    sys: folder().default('/sys').describe("Where the machine's /sys is seen from here."),
    root: folder().default('/').describe("Where the machine's own / is seen from here, for what it is called."),
    without: z
      .array(z.enum(PART_NAMES))
      .default([])
      .describe("Parts that are left out, under the names of node_exporter's collectors."),
    ignore: ignore.prefault({}),
  })
  .describe("The machine itself: processors, memory, disks, networks, under node_exporter's names.");

export const settings: ExporterSpec<HostSettings> = { schema: schema as z.ZodType<HostSettings> };
