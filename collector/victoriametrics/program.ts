import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CodedError, messageOf } from '../../model/errors.ts';
import { findProgram, isProgram } from '../../programs/find-program.ts';
import { runProgram } from '../../programs/run-program.ts';

const NAMES = ['victoria-metrics', 'victoria-metrics-prod'];
const PACKAGE = 'victoria-metrics';
const UPDATE_TIMEOUT_MS = 180_000;

/** VictoriaMetrics can't be run here; the message says what to do. The rest of the appliance can go on without. */
export class StorageMissing extends CodedError {
  readonly code = 'storage-missing';
}

/**
 * The path of a VictoriaMetrics to run: from PATH, from an earlier unpacking in `cacheFolder`, or unpacked there now from
 * the distribution's package, without root and for this project alone. Rejects with `StorageMissing`.
 */
export async function findVictoriaMetrics(
  cacheFolder: string,
  path = process.env.PATH ?? '',
  signal?: AbortSignal,
): Promise<string> {
  for (const name of NAMES) {
    const installed = await findProgram(name, path);
    if (installed !== undefined) return installed;
  }
  const unpacked = join(resolve(cacheFolder), PACKAGE, 'usr/bin/victoria-metrics');
  if (await isProgram(unpacked)) return unpacked;
  try {
    await unpack(resolve(cacheFolder), path, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new StorageMissing(
      `VictoriaMetrics was not found in PATH, and could not be unpacked from the distribution's package (${messageOf(error)}). ` +
        'Install it (Debian, Ubuntu: apt install victoria-metrics) or set storage: { write, read } to one that runs elsewhere. ' +
        'Checks and the status page go on; the numbers wait in the spool.',
      { cause: error },
    );
  }
  return unpacked;
}

async function unpack(cacheFolder: string, path: string, signal: AbortSignal | undefined): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const work = await mkdtemp(join(cacheFolder, 'unpack-'));
  const run = (...command: readonly string[]) =>
    runProgram(command, {
      cwd: work,
      path,
      // As a proxy of the machine's own.
      env: process.env,
      longestMs: UPDATE_TIMEOUT_MS,
      ...(signal && { signal }),
    });
  try {
    try {
      await run('apt-get', '-q', 'download', PACKAGE);
    } catch {
      signal?.throwIfAborted();
      const apt = await ownApt(work);
      await run('apt-get', ...apt, '-q', 'update');
      await run('apt-get', ...apt, '-q', 'download', PACKAGE);
    }
    const archive = (await readdir(work)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get downloaded nothing');
    await run('dpkg-deb', '-x', archive, 'root');
    const program = join(work, 'root/usr/bin/victoria-metrics');
    await run(program, '--version');
    await rename(join(work, 'root'), join(cacheFolder, PACKAGE));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Options that give apt lists and caches of its own, so that neither root nor the machine's state is touched. */
async function ownApt(work: string): Promise<string[]> {
  await mkdir(join(work, 'apt/lists/partial'), { recursive: true });
  await mkdir(join(work, 'apt/archives/partial'), { recursive: true });
  return [
    '-o', `Dir::State=${join(work, 'apt')}`,
    '-o', `Dir::State::lists=${join(work, 'apt/lists')}`,
    '-o', 'Dir::State::status=/var/lib/dpkg/status',
    '-o', `Dir::Cache=${join(work, 'apt')}`,
    '-o', 'APT::Sandbox::User=',
    '-o', 'Acquire::Languages=none',
  ]; // biome-ignore format: pairs
}
