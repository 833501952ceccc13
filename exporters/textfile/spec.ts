import { z } from 'zod';
import type { ExporterSpec } from '../../model/exporter-spec.ts';
import { duration } from '../../model/settings.ts';
import { DAY, SECOND } from '../../model/time.ts';
import type { TextfileSettings } from './settings.ts';

const PATH_WANTED = 'an absolute path such as /var/lib/signalbox/textfile';
const PATTERN_WANTED = 'the name of a metric, in which * stands for any text, such as factorio_*_total';
const LABEL_WANTED = 'the name of a label, such as train_id';
const FOLDERS_WANTED = 'at least one folder';

const pattern = () => z.string().regex(/^[a-zA-Z_:*][a-zA-Z0-9_:*]*$/, { message: PATTERN_WANTED });

export const settings: ExporterSpec<TextfileSettings> = {
  schema: z
    .strictObject({
      folders: z
        .array(
          z
            .string(PATH_WANTED)
            .regex(/^\/[^\0\n]*$/, { message: PATH_WANTED })
            .transform((path) => path.replace(/(?<=.)\/+$/, '')),
        )
        .min(1, { message: FOLDERS_WANTED })
        .describe('Folders whose files named *.prom are read, as absolute paths.'),
      stale: duration()
        .refine((ms) => ms >= SECOND && ms <= 400 * DAY, { message: 'a duration from 1s to 400d' })
        .optional()
        .describe(
          'A file that was last written longer ago gives nothing any more. Without it a file counts however old it is.',
        ),
      retype: z
        .record(pattern(), z.enum(['counter', 'gauge']))
        .default({})
        .describe(
          'What metrics are in truth, by name: totals that come as gauges become counters. * stands for any text.',
        ),
      drop_labels: z
        .record(pattern(), z.array(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { message: LABEL_WANTED })).min(1))
        .default({})
        .describe(
          'Labels to leave out, by name of the metric; series that are the same without them are added up. * stands for any text.',
        ),
    })
    .transform(({ stale, drop_labels: dropLabels, ...rest }) => ({
      ...rest,
      dropLabels,
      ...(stale !== undefined && { staleMs: stale }),
    }))
    .describe('Metrics that others write into files, as for the textfile collector of node_exporter.'),
  lint: ({ folders }) => {
    const twice = folders.findIndex((folder, index) => folders.indexOf(folder) !== index);
    return twice < 0 ? [] : [{ path: ['folders', twice], message: 'each folder once' }];
  },
};
