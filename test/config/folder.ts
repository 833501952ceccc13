import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder with these files, gone when disposed of. */
export function folderWith(
  files: Readonly<Record<string, string | Uint8Array>>,
): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'signalbox-config-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
