import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const USUAL = '/usr/sbin:/usr/bin:/sbin:/bin';

/** The folders in which programs are found: those of PATH, then the usual ones, which a unit's or a user's PATH may leave out. */
export function programPath(): string {
  const { PATH } = process.env;
  return PATH ? `${PATH}${delimiter}${USUAL}` : USUAL;
}

/** The path of a program; undefined where there is none. */
export async function findProgram(name: string, path = programPath()): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((one) => one !== ''))
    if (await isProgram(join(folder, name))) return join(folder, name);
  return undefined;
}

/** Whether there is a file that may be run. */
export function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
