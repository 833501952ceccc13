import { z } from 'zod';
import type { ExporterSpec } from '../../model/exporter-spec.ts';
import { oneOrMore } from '../../model/settings.ts';
import { MINUTE } from '../../model/time.ts';
import type { DockerFirewallSettings } from './settings.ts';

const PATH_WANTED = 'an absolute path, such as /var/run/docker.sock';
const PORT_WANTED = 'a published port of the host with its protocol, such as 8080/tcp or 53/udp';

const path = (example: string) =>
  z
    .string(PATH_WANTED)
    .refine((text) => /^(unix:\/\/)?\//.test(text), { message: PATH_WANTED })
    .transform((text) => text.replace(/^unix:\/\//, ''))
    .meta({ examples: [example] });

function isPort(text: string): boolean {
  const number = Number(/^(\d{1,5})\/(?:tcp|udp)$/.exec(text)?.[1]);
  return number >= 1 && number <= 65_535;
}

const port = () =>
  z
    .string(PORT_WANTED)
    .refine(isPort, { message: PORT_WANTED })
    .meta({ examples: ['8080/tcp', '53/udp'] });

export const settings: ExporterSpec<DockerFirewallSettings> = {
  everyMs: MINUTE,
  schema: z
    .strictObject({
      socket: path('/var/run/docker.sock')
        .optional()
        .describe("Docker's socket; by DOCKER_HOST or /var/run/docker.sock when left out."),
      snapshot: path('/var/lib/signalbox-firewall/snapshot.json')
        .optional()
        .describe('A file that root writes with `signalbox firewall snapshot --to`, for a box that is not root.'),
      allowed: oneOrMore(port())
        .optional()
        .describe(
          'The published ports that strangers may reach; any other that they can is a finding. All when left out.',
        ),
      outside: z
        .boolean()
        .optional()
        .describe(
          'Whether it also knocks on the published ports from a network namespace of its own. It does when left out.',
        ),
    })
    .describe('Whether each port that Docker publishes is reachable, and which rule of the firewall decides it.'),
};
