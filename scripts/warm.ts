/** Runs the box once for a moment, on nothing, so that its code lies compiled in the cache: the first real start is then as small as every later one. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClock } from '../collector/clock.ts';
import { startAppliance } from '../start-appliance.ts';

/** One monitor of each kind, towards ports that nobody serves. */
const CONFIG = `
listen: 127.0.0.1:0
storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }
monitors:
  http: { http: http://127.0.0.1:9/, every: 1s, timeout: 1s }
  tcp: { tcp: "127.0.0.1:9", every: 1s, timeout: 1s }
  tls: { tls: "127.0.0.1:9", every: 1s, timeout: 1s }
  dns: { dns: { name: localhost, servers: ["127.0.0.1:9"] }, every: 1s, timeout: 1s }
  icmp: { icmp: { host: 127.0.0.1, count: 1 }, every: 1s, timeout: 1s }
  heartbeat: { heartbeat: { every: 1h, token: none }, every: 1s, timeout: 1s }
  exec: { exec: ["true"], every: 1s, timeout: 1s }
  systemd: { systemd: nobody.service, every: 1s, timeout: 1s }
exporters:
  host: { every: 1s }
  mounts: { every: 1s }
  changes: { backlog: 1h, every: 1s }
  systemd: { every: 1s }
  docker-firewall: { outside: false, every: 1s }
  textfile: { folders: [/nonexistent], every: 1s }
`;

const cache = fileURLToPath(new URL('../.cache', import.meta.url));
await mkdir(cache, { recursive: true });
const folder = await mkdtemp(join(cache, 'warm-'));
try {
  const config = join(folder, 'signalbox.yml');
  await writeFile(config, CONFIG);
  const appliance = await startAppliance({
    config,
    data: join(folder, 'data'),
    version: '',
    clock: createClock(),
    log: () => {},
  });
  await pause(2_000);
  await appliance.stop();
} finally {
  await rm(folder, { recursive: true, force: true });
}
// The command's own files are compiled where the command runs.
spawnSync(process.execPath, [fileURLToPath(new URL('../cli/signalbox.mjs', import.meta.url)), 'version']);
