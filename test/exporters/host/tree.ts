import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { FIXTURES } from './world.ts';

/** A machine of a test's own, to be changed at will. It is gone when the test ends. */
export interface Tree {
  readonly path: string;
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Does something at the end, while the files are still there. */
  atEnd(act: () => void): void;
}

/** A copy of a fixture, or a machine with nothing but an empty /proc/stat. */
export async function makeTree(t: TestContext, fixture?: string): Promise<Tree> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-host-'));
  const ending: (() => void)[] = [];
  t.after(async () => {
    for (const act of ending) act();
    await rm(path, { recursive: true, force: true });
  });
  const at = (name: string) => join(path, name);
  const tree: Tree = {
    path,
    async write(name, text) {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), text);
    },
    remove: (name) => rm(at(name), { recursive: true }),
    atEnd: (act) => void ending.push(act),
  };
  if (fixture === undefined) await tree.write('proc/stat', 'cpu  0 0 0 0\n');
  else await cp(`${FIXTURES}${fixture}`, path, { recursive: true, verbatimSymlinks: true });
  return tree;
}
