import { randomBytes } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { Secret } from '../../model/secret.ts';
import { writeFileAtomically } from '../../runtime/atomic-file.ts';

/** Who may ask the embedded server. */
export interface Login {
  readonly user: string;
  readonly password: Secret;
}

const USER = 'signalbox';
const PASSWORD = /^machine 127\.0\.0\.1 login signalbox password ([0-9a-f]{64})\n$/;

/**
 * The login of the embedded server, kept in `path` as curl's `--netrc-file` reads it: made once, mode 0600. A file that others
 * could read, or that holds no login, is replaced.
 */
export async function keepLogin(path: string): Promise<Login> {
  const kept = await readLogin(path);
  if (kept !== undefined) return kept;
  const password = randomBytes(32).toString('hex');
  await writeFileAtomically(path, `machine 127.0.0.1 login ${USER} password ${password}\n`);
  return { user: USER, password: new Secret(password) };
}

/** The login that an embedded server was started with; undefined when the file has none that is ours alone. */
export async function readLogin(path: string): Promise<Login | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || (found.mode & 0o077) !== 0 || found.uid !== process.getuid?.())
    return undefined;
  const password = PASSWORD.exec(await readFile(path, 'utf8'))?.[1];
  return password === undefined ? undefined : { user: USER, password: new Secret(password) };
}

/** Distinguishes the server's settings from whatever else stands in an environment. */
const PREFIX = 'SIGNALBOX_VM_';

/** Pages that change or reveal more than anybody needs: each asks for a key that is thrown away. Older servers pass over names they do not know. */
const CLOSED = [
  'configAuthKey',
  'deleteAuthKey',
  'flagsAuthKey',
  'forceFlushAuthKey',
  'forceMergeAuthKey',
  'logNewSeriesAuthKey',
  'metricNamesStatsResetAuthKey',
  'pprofAuthKey',
  'reloadAuthKey',
  'search_resetCacheAuthKey',
  'snapshotAuthKey',
];

/** The flags that let the server read the rest from its environment: arguments can be read by every user of the machine. */
export const ENVIRONMENT_FLAGS = ['-envflag.enable', `-envflag.prefix=${PREFIX}`] as const;

/** The environment of a server that answers to this login alone. Its own metrics ask for the password as `authKey`, as their page knows no login. */
export function environmentFor({ user, password }: Login): Record<string, string> {
  const settings: Record<string, string> = {
    httpAuth_username: user,
    httpAuth_password: password.reveal(),
    metricsAuthKey: password.reveal(),
  };
  for (const name of CLOSED) settings[name] = randomBytes(32).toString('hex');
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${PREFIX}${name}`, value]));
}
