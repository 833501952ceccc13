import { z } from 'zod';
import type { Section } from '../../model/section.ts';
import { described, names } from '../../model/settings.ts';

/** `online`: the monitors that tell whether the box itself is online. */
export const online: Section<readonly string[]> = {
  schema: described(
    names(z.string().min(1))
      .optional()
      .transform((list) => list ?? []),
    'Monitors of things far away, one or a list. While all of them fail, the box itself is offline and calls nothing down.',
  ),
  lint: (list, whole) =>
    list.flatMap((name, index) => {
      const message = whole.noMonitor(name);
      return message === undefined ? [] : [{ path: [index], message }];
    }),
};
