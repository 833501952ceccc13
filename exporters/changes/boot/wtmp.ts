import { readFile, stat } from 'node:fs/promises';
import { type Instant, SECOND } from '../../../model/time.ts';

/** A start of the machine, as login's own record has it. */
export interface Boot {
  readonly at: Instant;
  readonly kernel: string;
  /** Whether the machine was shut down in order before; undefined where the record does not reach back so far. */
  readonly wasOrderly?: boolean;
}

/** utmp(5): `struct utmp` is 384 bytes where it keeps 32-bit times for old programs (bits/wordsize.h), else 400; of these the offsets. */
const FORM =
  process.arch === 'arm64' || process.arch === 'riscv64' ? { size: 400, seconds: 344 } : { size: 384, seconds: 340 };
const USER = { from: 44, to: 76 };
const HOST = { from: 76, to: 332 };
const RUN_LEVEL = 1;
const BOOT_TIME = 2;
const MOST_BYTES = 64 * 1024 * 1024;

/** The boots in a wtmp file, oldest first; none where there is no such file or it is none. */
export async function bootsIn(path: string, signal: AbortSignal): Promise<Boot[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > MOST_BYTES || found.size % FORM.size !== 0) return [];
  const bytes = await readFile(path, { signal });
  const boots: Boot[] = [];
  let shutdown = false;
  for (let start = 0; start + FORM.size <= bytes.length; start += FORM.size) {
    const record = bytes.subarray(start, start + FORM.size);
    const type = record.readInt16LE(0);
    const user = textIn(record, USER);
    if (type === RUN_LEVEL && user === 'shutdown') shutdown = true;
    if (type !== BOOT_TIME || user !== 'reboot') continue;
    const at = record.readUInt32LE(FORM.seconds) * SECOND;
    boots.push({ at, kernel: textIn(record, HOST), ...(boots.length > 0 && { wasOrderly: shutdown }) });
    shutdown = false;
  }
  return boots;
}

function textIn(record: Buffer, { from, to }: { from: number; to: number }): string {
  const text = record.subarray(from, to).toString('latin1');
  return text.split('\0', 1)[0] ?? '';
}
