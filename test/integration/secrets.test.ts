import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { scanFrames } from '../../collector/spool/scan.ts';
import { run } from '../cli/command.ts';
import { BoxHouse, webServer } from './box.ts';

/** One for each place where a secret can stand; with characters that addresses, JSON and base64 write in other ways. */
const NAMES = [
  'BASIC',
  'BEARER',
  'HEADER',
  'QUERY',
  'WHOLE',
  'USERINFO',
  'BODY',
  'TALK',
  'SHOUT',
  'EXEC',
  'FLOOD',
  'TOKEN',
  'STORAGE',
  'ROTATED',
  'KEY',
] as const;
const MARK = 'c4n4ry';
const CANARIES = Object.fromEntries(NAMES.map((name) => [name, `${MARK}/${name}+x=7;é~zq`])) as Record<
  (typeof NAMES)[number],
  string
>;

/** Everything a canary may look like: its own name in any of them is enough to be a leak. */
const TRACES: readonly (readonly [string, RegExp])[] = NAMES.map((name) => {
  const core = `${MARK}/${name}+`;
  const forms = [core, encodeURIComponent(core), encodeURIComponent(core).toLowerCase(), encodeURI(core)];
  for (const before of [0, 1, 2]) {
    const whole = Buffer.from('\0'.repeat(before) + core).toString('base64');
    forms.push(
      whole.slice(before + 1, -4),
      whole
        .slice(before + 1, -4)
        .replaceAll('/', '_')
        .replaceAll('+', '-'),
    );
  }
  forms.push(Buffer.from(core).toString('hex'));
  return [name, new RegExp(forms.map((form) => RegExp.escape(form)).join('|'))];
});

function assertSilent(where: string, said: string): void {
  for (const [name, trace] of TRACES) {
    const at = trace.exec(said)?.index;
    if (at !== undefined) assert.fail(`${where} shows ${name}: …${said.slice(Math.max(0, at - 120), at + 120)}…`);
  }
}

/** Sends back whatever it is sent, in every place where an answer has room. */
const echo: RequestListener = (asked, answer) => {
  void text(asked).then((body) => {
    const sent = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}`);
    const basic = /^Basic (\S+)/.exec(asked.headers.authorization ?? '')?.[1];
    const clear = basic === undefined ? '' : Buffer.from(basic, 'base64').toString();
    const whole = [asked.url ?? '', decoded(asked.url ?? ''), ...sent, clear, body].join('\n');
    const line = whole.replaceAll('\n', ' | ');
    const header = Buffer.from(line).toString('latin1');
    const status = asked.url?.includes('bounce') && !asked.url.includes('again') ? 302 : 503;
    answer.writeHead(status, Buffer.from(line.slice(0, 60)).toString('latin1'), {
      location: `/again?said=${encodeURIComponent(line)}`,
      'set-cookie': `said=${encodeURIComponent(line)}`,
      server: header,
      'x-said': Buffer.from(line).toString('base64'),
      'www-authenticate': `Bearer realm="${header}"`,
    });
    answer.end(
      `${whole}\n${encodeURIComponent(line)}\n${Buffer.from(line).toString('base64')}\n${'x'.repeat(3_900)}${whole}`,
    );
  });
};

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Says a banner, then sends back each line, and more of them. */
async function echoingPort(): Promise<{ port: number; server: Server } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 hello\r\n');
    socket.on('data', (chunk) => socket.write(`500 you said ${chunk.toString().trim()}\r\n`));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

function configFor(url: string, port: number, storage: string): string {
  const often = 'every: 1s, timeout: 900ms, confirm: { every: 200ms }';
  return `
storage: { write: "${storage}", read: "${storage}", auth: { basic: { user: box, password: "\${STORAGE}" } } }
site: { every: 1s }
monitors:
  basic: { http: "${url}basic", auth: { basic: { user: me, password: "\${BASIC}" } }, ${often} }
  bearer: { http: "${url}bearer", auth: { bearer: "\${BEARER}" }, ${often}, expect: { body: { matches: "never" } } }
  rotated: { http: "${url}rotated", headers: { x-key: { file: rotated } }, ${often} }
  header: { http: "${url}bounce", headers: { X-Api-Key: "\${HEADER}", Cookie: "id=\${HEADER}" }, ${often} }
  hops: { http: "${url}bounce?t=\${QUERY}", redirects: 3, ${often}, expect: { json: { path: $.ok, equals: true } } }
  query: { http: "${url}query?token=\${QUERY}&more=1", ${often}, expect: { status: 200, headers: { server: none } } }
  whole: { http: "\${WHOLE_URL}", ${often} }
  userinfo: { http: "\${USERINFO_URL}", ${often} }
  nowhere: { http: "\${NOWHERE_URL}", ${often} }
  body: { http: "${url}body", method: POST, body: "{\\"key\\": \\"\${BODY}\\"}", ${often} }
  talk: { tcp: "127.0.0.1:${port}", talk: [{ expect: "^220" }, { send: "PASS \${TALK}\\r\\n" }, { expect: "^230" }], ${often} }
  shout: { tcp: "127.0.0.1:${port}", talk: [{ expect: "^220" }, { send: "\${SHOUT}\\r\\n" }, { expect: "said (?<it>.*)" }, { send: "{it}\\r\\n" }, { expect: "^nothing" }], ${often} }
  exec: { exec: { command: [sh, -c, "echo $TOKEN; printf %s $TOKEN | base64 >&2; exit 3"], env: { TOKEN: "\${EXEC}" } }, ${often} }
  flood: { exec: { command: [sh, -c, "i=0; while [ $i -lt 900 ]; do printf %s $TOKEN; i=$((i+1)); done; exit 1"], env: { TOKEN: "\${FLOOD}" } }, ${often} }
  hangs: { exec: { command: [sh, -c, "echo $TOKEN; sleep 9"], env: { TOKEN: "\${EXEC}" } }, ${often} }
  job: { heartbeat: { every: 1s, grace: 1s, token: "\${TOKEN}" } }
`;
}

function environment(url: string): NodeJS.ProcessEnv {
  const { WHOLE, USERINFO } = CANARIES;
  return {
    ...CANARIES,
    KEY_PEM: pem('PRIVATE KEY', CANARIES.KEY.repeat(20)),
    CERT_PEM: pem('CERTIFICATE', 'nothing'),
    WHOLE_URL: `${url}${encodeURIComponent(WHOLE)}/bounce?a=${encodeURIComponent(WHOLE)}`,
    USERINFO_URL: url.replace('//', `//user:${encodeURIComponent(USERINFO)}@`),
    NOWHERE_URL: `http://127.0.0.1:9/${WHOLE}`,
  };
}

function pem(what: string, text: string): string {
  const lines =
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${what}-----`, ...lines, `-----END ${what}-----`].join('\n');
}

/** What lies in the state directory, and what the frames of the spool hold. */
async function* filesIn(folder: string): AsyncGenerator<[string, string]> {
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    yield [name, bytes.toString('latin1')];
    yield [name, bytes.toString('utf8')];
    if (!name.endsWith('.spool')) continue;
    await using file = await open(path);
    for await (const found of scanFrames(file, 0, bytes.length))
      if (found.sound) yield [`${name}, a frame`, gunzipSync(found.payload).toString()];
  }
}

function askAdmin(socketPath: string, method: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method }, (answer: IncomingMessage) =>
      text(answer).then(resolve, reject),
    );
    asked.on('error', reject);
    asked.end();
  });
}

test('no secret shows, whatever is watched sends back, and whatever goes wrong', async (t) => {
  await using web = await webServer(echo);
  await using port = await echoingPort();
  await using storage = await webServer(echo);
  await using house = await BoxHouse.open(configFor(web.url, port.port, storage.url.slice(0, -1)));
  await writeFile(join(house.folder, 'rotated'), CANARIES.ROTATED);
  const env = environment(web.url);
  const box = await house.start(env);
  const names = [...readFileSync(house.config, 'utf8').matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name);
  for (const signal of ['start', 'fail', 'ok?exit=3'])
    await fetch(`${box.url}/heartbeat/job/${signal}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CANARIES.TOKEN}` },
      body: `curl -H 'Authorization: Bearer ${CANARIES.TOKEN}'\n+ export KEY=${CANARIES.EXEC}\n`,
    }).then(async (answer) => assertSilent('a heartbeat', await answer.text()));
  await fetch(
    `${box.url}/heartbeat/${encodeURIComponent(CANARIES.TOKEN)}/ok?token=${encodeURIComponent(CANARIES.TOKEN)}`,
  );
  await Promise.all(
    names.map((name) => box.published(name, (one) => one.standing !== 'unknown' || one.reason !== 'not checked yet')),
  );
  await writeFile(join(house.folder, 'rotated'), 'another-secret');
  await box.said(/read again and holds/);
  await wait(2_500);
  const good = readFileSync(house.config, 'utf8');
  await writeFile(
    house.config,
    `${good}  typo: { http: "ftp://u:${CANARIES.BASIC}@x/?token=${CANARIES.QUERY}", auth: { bearer: ${CANARIES.BEARER} }, headers: { Authorization: "${CANARIES.HEADER}" } }\n  key: { http: "https://127.0.0.1:9/", tls: { key: "\${KEY_PEM}", cert: "\${CERT_PEM}" } }\n  "${CANARIES.HEADER}": { exec: 1, env: "${CANARIES.EXEC}" }\n`,
  );
  await box.said(/has mistakes/);
  assertSilent('the answer of reload', await askAdmin(join(house.data, 'admin.sock'), 'POST', '/reload'));
  for (const args of [
    ['check', house.config],
    ['reload', '--data', house.data],
    ['run', house.config, '--data', 'x'],
  ])
    await run(args, { env, cwd: house.folder }).then(({ out, err }) => assertSilent(args.join(' '), out + err));
  await writeFile(house.config, good);
  await commandsAreSilent(house, env, names);
  for (const path of ['/standings', '/version'])
    assertSilent(path, await askAdmin(join(house.data, 'admin.sock'), 'GET', path));
  for (const path of ['/metrics', '/status.json', '/', '/healthz', ...names.map((name) => `/m/${name}/`)])
    assertSilent(path, await (await fetch(`${box.url}${path}`)).text());
  for await (const [name, bytes] of filesIn(house.data)) assertSilent(name, bytes);
  box.signal('SIGTERM');
  assert.equal(await box.ended, 0);
  for await (const [name, bytes] of filesIn(house.data)) assertSilent(`${name} afterwards`, bytes);
  assertSilent('the log', box.log);
  t.diagnostic(`${box.lines.length} lines of log`);
});

async function commandsAreSilent(house: BoxHouse, env: NodeJS.ProcessEnv, names: readonly string[]): Promise<void> {
  const commands = [['check', house.config], ...names.map((name) => ['probe', name, '--config', house.config])];
  const isSilent = async (args: readonly string[]) => {
    const { code, out, err } = await run(args, { env });
    assert.notEqual(out + err, '', args.join(' '));
    assert.notEqual(code, 3, err);
    assertSilent(args.slice(0, 2).join(' '), out + err);
  };
  while (commands.length > 0) await Promise.all(commands.splice(0, 4).map(isSilent));
}
