import { appendFile, mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../model/time.ts';

const MAX_BYTES = 16 << 20;

/**
 * Sets refused lines aside in `folder`, one file a day, each line after a comment with the words of the refusal.
 * Together the files hold at most 16 MB; the oldest goes first. Resolves to the file's path.
 */
export async function setAside(
  folder: string,
  refused: readonly { readonly line: string; readonly words: string }[],
  now: Instant,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const path = join(folder, `${new Date(now).toISOString().slice(0, 10)}.prom`);
  await makeRoom(folder);
  let words = '';
  let text = '';
  for (const one of refused) {
    if (one.words !== words) text += `# ${one.words.replace(/\s+/g, ' ')}\n`;
    words = one.words;
    text += `${one.line}\n`;
  }
  await appendFile(path, text.slice(0, MAX_BYTES / 4), { mode: 0o640 });
  return path;
}

async function makeRoom(folder: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder))
      .filter((name) => name.endsWith('.prom'))
      .sort()
      .map(async (name) => ({ path: join(folder, name), size: (await stat(join(folder, name))).size })),
  );
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files) {
    if (bytes <= MAX_BYTES / 2) return;
    await unlink(path);
    bytes -= size;
  }
}
