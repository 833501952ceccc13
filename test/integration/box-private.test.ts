import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StatusLine } from '../../model/page.ts';
import { issue, makeAuthority } from '../collector/probes/issued.ts';
import { startTls } from '../collector/probes/loopback-server.ts';
import { type Box, BoxHouse, webServer } from './box.ts';
import { until } from './until.ts';

/** What is in no file of the site and in no name of one: each thing that must not be told has it in its name. */
const CANARY = /canary|127\.66\.6\.|vault|\bbob\b/i;

const OFTEN = 'every: 1s, timeout: 900ms, confirm: { bad: 1, every: 200ms }';

/** The site's files and folders, by their paths; a folder has no text. */
async function siteOf(house: BoxHouse): Promise<Map<string, string>> {
  const folder = join(house.data, 'site');
  const all = new Map<string, string>();
  for (const path of await readdir(folder, { recursive: true }))
    all.set(path, await readFile(join(folder, path), 'utf8').catch(() => ''));
  return all;
}

async function assertSilent(house: BoxHouse): Promise<void> {
  for (const [path, text] of await siteOf(house)) {
    assert.doesNotMatch(path, CANARY);
    const at = text.search(CANARY);
    assert.equal(at, -1, `${path}: ${text.slice(Math.max(0, at - 80), at + 80)}`);
  }
}

async function shown(box: Box, name: string, standing: StatusLine['standing'], reason: string): Promise<void> {
  const line = await box.published(name, (one) => one.standing === standing);
  assert.equal(line.reason, reason, name);
}

test('what is private is in no byte of the site, whatever becomes of it', { timeout: 600_000 }, async () => {
  await using far = await webServer((_request, response) => response.writeHead(500).end('canarybody'));
  const inner = far.url.replace('127.0.0.1', '127.66.6.7');
  await using near = await webServer((_request, response) =>
    response.writeHead(302, { location: `${inner}canarypath` }).end(),
  );
  const by = await makeAuthority('Canary Authority');
  await using secured = await startTls(await issue({ names: ['canarycert.test'], by }));
  const monitors = (title: string, vault: string, kid: string, later: string) => `title: ${title}
storage: { read: "http://127.0.0.1:9/", write: "http://127.0.0.1:9/" }
site: { every: 1s }
monitors:
${vault}
  kid: { title: Kid, http: "http://127.66.6.1:9/", ${kid} ${OFTEN} }
  grandkid: { title: Grandkid, http: "http://127.66.6.1:9/", needs: [kid], ${OFTEN} }
  host: { title: Host, http: "http://canaryhost:9/canarypath", ${OFTEN} }
  moving: { title: Moving, http: "${near.url}", ${OFTEN} }
  body: { title: Body, http: { url: "${far.url}", expect: { status: 500, body: canarywanted } }, ${OFTEN} }
  script: { title: Script, exec: [sh, -c, "echo canaryword; exit 2"], ${OFTEN} }
  program: { title: Program, exec: [/nowhere/canaryprogram], ${OFTEN} }
  zone: { title: Zone, dns: { name: canaryzone.test, type: A, servers: ["127.66.6.53:9"] }, ${OFTEN} }
  sealed: { title: Sealed, tls: "127.0.0.1:${secured.port}", ${OFTEN} }
  unit: { title: Unit, systemd: { unit: canaryunit.service, bus: /nowhere/canarybus }, ${OFTEN} }
  canary-later: { title: Canary Later, group: Canary Group, http: "${far.url}", ${later} ${OFTEN} }
`;
  const vault = (name: string, title: string, more = '') =>
    `  ${name}: { title: ${title}, tcp: "127.66.6.2:9", public: false, group: Canary Group, ${more} ${OFTEN} }`;

  await using house = await BoxHouse.open(
    monitors('First', vault('vault', 'Canary Vault of Bob'), 'needs: [vault],', ''),
  );
  let box = await house.start();
  await box.published('canary-later', (one) => one.standing === 'down');
  await shown(box, 'kid', 'unknown', 'unreachable because of something it needs');
  await shown(box, 'grandkid', 'unknown', 'unreachable because of something it needs');
  const host = await box.published('host', (one) => one.standing === 'down');
  // Where no name server answers, nobody knows that it does not.
  assert.match(host.reason, /^a host (?:does not exist \(NXDOMAIN\)|cannot be resolved: name server .*)$/);
  await shown(box, 'moving', 'down', 'connection refused, after a redirect');
  await shown(box, 'body', 'down', 'body does not contain what it should');
  await shown(box, 'script', 'down', 'exit code 2');
  await shown(box, 'program', 'unknown', 'cannot start the program: it was not found');
  await shown(
    box,
    'sealed',
    'down',
    "TLS certificate's issuer is not known here: another authority, or a chain sent without its middle",
  );
  await shown(box, 'unit', 'unknown', 'systemd cannot be asked');
  await box.published('zone', (one) => one.standing === 'down');

  /** The index is written last of all pages; then those that are no more go. */
  const isMade = (title: string) => async () => {
    const site = await siteOf(house);
    return site.get('index.html')?.includes(title) === true && !site.has('m/canary-later');
  };
  await house.write(monitors('Second', vault('vault', 'The Canary of Bob'), 'needs: [vault],', 'public: false,'));
  await until(isMade('Second'));
  await assertSilent(house);

  box.kill();
  await box.ended;
  const renamed = vault('canary-safe', 'Canary Safe', 'was: vault,');
  await house.write(monitors('Third', renamed, 'needs: [canary-safe],', 'public: false,'));
  box = await house.start();
  await until(isMade('Third'));
  await box.published('kid', (one) => one.reason === 'unreachable because of something it needs');
  await assertSilent(house);

  await house.write(monitors('Fourth', '', '', 'public: false,'));
  await until(isMade('Fourth'));
  await box.published('kid', (one) => one.standing === 'down');
  await box.published('grandkid', (one) => one.reason === 'unreachable because of Kid');
  await assertSilent(house);
  assert.match((await siteOf(house)).get('m/kid/index.html') ?? '', /unreachable because of something it needs/);
});
