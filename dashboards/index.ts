import { changes } from './boards/changes.ts';
import { dockerFirewall } from './boards/docker-firewall.ts';
import { host } from './boards/host.ts';
import { monitors } from './boards/monitors.ts';
import { overview } from './boards/overview.ts';
import { publicNumbers } from './boards/public-numbers.ts';
import { signalbox } from './boards/signalbox.ts';
import { systemd } from './boards/systemd.ts';
import type { Board } from './dashboard.ts';

/** The list of all dashboards. One is a file in `boards/`, and a line here. */
export const boards: readonly Board[] = [
  overview,
  monitors,
  host,
  systemd,
  dockerFirewall,
  changes,
  publicNumbers,
  signalbox,
];
