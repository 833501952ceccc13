import { z } from 'zod';
import type { ExporterSpec } from '../../model/exporter-spec.ts';
import type { HostSettings } from './settings.ts';

export const settings: ExporterSpec<HostSettings> = {
  schema: z
    .strictObject({})
    .describe("The machine itself: processors, memory, disks, networks, under node_exporter's names."),
};
