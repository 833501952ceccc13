import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { describeConfig, specsOf } from '../../cli/config-words.ts';
import { differenceOf } from '../../config/difference.ts';
import { ConfigInvalid, loadConfig } from '../../config/door.ts';
import { readConfig } from '../../config/read.ts';
import { folderWith } from './folder.ts';

const MARK = '3f9c1e';
const CANARY = `canary-${MARK}`;
const ENV = { CANARY, CANARY_URL: `https://user:${CANARY}@example.net/?key=${CANARY}` };

const FINE = `
storage: { write: "http://vm:8428", read: "http://vm:8428", auth: { bearer: "\${CANARY}" } }
prometheus: { token: "\${CANARY}" }
monitors:
  url: { http: "\${CANARY_URL}" }
  query: { http: "https://example.net/?token=\${CANARY}" }
  bearer: { http: "https://example.net/", auth: { bearer: { file: token } } }
  basic: { http: "https://example.net/", auth: { basic: { user: me, password: "\${CANARY}" } } }
  header: { http: "https://example.net/", headers: { Authorization: "Bearer \${CANARY}" }, body: "x=\${CANARY}" }
  talk: { tcp: "mail.example.net:25", talk: [{ expect: "220" }, { send: "PASS \${CANARY}" }] }
  job: { heartbeat: { every: 1d, token: "\${CANARY}" } }
  run: { exec: [df], env: { TOKEN: "\${CANARY}" } }
`;

/** The same, and whatever one can get wrong about it; also the secret itself where a person pasted it in clear. */
const WRONG = `
title: "\${CANARY}"
listen: "\${CANARY}"
online: "\${CANARY}"
storage: { write: "http://u:${CANARY}@vm", read: "http://vm/?auth=${CANARY}", auth: { bearer: ${CANARY} } }
prometheus: { token: ${CANARY} }
monitors:
  url: { http: "ftp://u:${CANARY}@example.net/" }
  query: { http: "https://example.net/?token=${CANARY}" }
  bad-query: { http: "example.net/?token=${CANARY}" }
  bearer: { http: "https://example.net/", auth: { bearer: ${CANARY} } }
  list: { http: "https://example.net/", auth: { bearer: [${CANARY}] } }
  basic: { http: "https://example.net/", auth: { basic: { user: me, password: ${CANARY} } } }
  typo: { http: "https://example.net/", auth: { basic: { user: me, pasword: ${CANARY} } } }
  header: { http: "https://example.net/", headers: { Authorization: Bearer ${CANARY}, Cookie: [${CANARY}] } }
  needs: { http: "https://example.net/", needs: "\${CANARY}", was: "\${CANARY}", every: "\${CANARY}" }
  method: { http: "https://example.net/", method: "\${CANARY}", expect: { body: { matches: "(\${CANARY}" } } }
  job: { heartbeat: { every: 1d, token: ${CANARY}, timezone: "\${CANARY}", cron: "\${CANARY}" } }
  key: { http: "https://example.net/", tls: { key: ${CANARY}, cert: "\${CANARY}" } }
  "${CANARY}": { http: "\${CANARY}" }
`;

test('a config full of secrets prints none of them, whatever is asked of it', async () => {
  using folder = folderWith({ 'a.yml': FINE, token: CANARY });
  const loaded = await loadConfig(folder.path, { env: ENV });
  const { config } = loaded;
  const again = await loadConfig(folder.path, { env: { ...ENV, CANARY: `${CANARY}-two` } });
  const described = await describeConfig(config, Date.now(), await specsOf(config));
  const printed = [
    inspect(config, { depth: 20, showHidden: true }),
    JSON.stringify(config),
    String(config),
    JSON.stringify(differenceOf(loaded, again)),
    ...described.lines,
    ...described.warnings,
  ].join('\n');
  assert.ok(!printed.includes(MARK));
  assert.ok(loaded.secrets.has(CANARY));
});

test('mistakes never print a secret, neither one from the environment nor one that was pasted in clear', async () => {
  using folder = folderWith({ 'a.yml': WRONG });
  const path = join(folder.path, 'a.yml');
  await assert.rejects(loadConfig(path, { env: ENV }), (error) => {
    assert.ok(error instanceof ConfigInvalid);
    assert.ok(error.mistakes.length > 15);
    assert.ok(!inspect(error, { depth: 20, showHidden: true }).includes(MARK), error.message);
    return true;
  });
});

test('a syntax error beside a secret does not quote it', async () => {
  for (const wrong of [
    `token: "${CANARY}`,
    `${CANARY}: : x`,
    `- ${CANARY}\nb: 1`,
    `a: [${CANARY}`,
    `*${CANARY} x`,
    `!${CANARY} x`,
    `%${CANARY}`,
  ]) {
    const read = await readConfig([{ file: 'a.yml', text: wrong }], {}, () => '');
    assert.ok('mistakes' in read && !JSON.stringify(read).includes(MARK), wrong);
  }
});
