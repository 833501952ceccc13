import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import runtime from '../cli/runtime.json' with { type: 'json' };
import { blackboxCost } from './blackbox.ts';
import { measureProbe } from './http-check.ts';
import { atMost, type Row, shown, told } from './row.ts';
import { startWebServer } from './web-server.ts';

const BAR_US = 300;
const TIMES_FLOOR = 3;
/** Of the box and of its floor alike: what a turn of the loop costs is shared by those that come in it. */
const PER_SECOND = 2000;

/** Processor time of an HTTP check on a fresh connection, config to spool, beside its floor and its peer. A minute. */
export async function rows(): Promise<Row[]> {
  using server = await startWebServer();
  const bareSocket = () => Number(inBox('bare-socket.ts', String(server.port), String(PER_SECOND)));
  const before = bareSocket();
  const line = JSON.parse(inBox('check-line.ts', server.url, String(PER_SECOND))) as {
    microseconds: number;
    bad: number;
  };
  if (line.bad > 0) throw new Error(`${line.bad} checks of a healthy web server were not up`);
  // Shared machines are faster at one moment than at another: the floor is that of both sides.
  const floor = (before + bareSocket()) / 2;
  const probe = await measureProbe(server.url);
  const peer = await blackboxCost(server.url);
  const blackbox = peer === undefined ? 'blackbox_exporter is absent' : `blackbox_exporter ${shown(peer, 'µs')}`;
  return [
    atMost('processor time of an HTTP check, config to spool', line.microseconds, BAR_US, 'µs', blackbox),
    atMost(
      'the same as a multiple of a bare socket',
      line.microseconds / floor,
      TIMES_FLOOR,
      '×',
      `bare socket ${shown(floor, 'µs')}`,
    ),
    told('of it the probe alone', shown(probe, 'µs')),
  ];
}

/** Runs a part in a process of its own, with the flags of the box; answers what it printed. */
function inBox(part: string, ...words: string[]): string {
  const program = fileURLToPath(new URL(part, import.meta.url));
  const run = spawnSync(process.execPath, [...runtime.flags, program, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...runtime.environment },
    timeout: 120_000,
  });
  if (run.status !== 0) throw new Error(`${part} ended with ${run.status ?? run.signal}`);
  return run.stdout;
}
