import { z } from 'zod';
import type { Secret } from '../../model/secret.ts';
import type { Section } from '../../model/section.ts';
import { described, secret } from '../../model/settings.ts';

/** `prometheus`: who may ask the box's Prometheus API; undefined for everybody who reaches it. */
export const prometheus: Section<{ readonly token: Secret } | undefined> = {
  schema: described(
    z
      .strictObject({
        token: described(secret(), 'What a client brings: as a bearer token, or as the password of a login.'),
      })
      .optional(),
    'The Prometheus API at `/prometheus`, for Grafana and curl. When left out, it answers whoever reaches `listen`.',
  ),
};
