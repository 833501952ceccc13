import { spawn } from 'node:child_process';
import { openSync, read, readFileSync, write, writeFileSync } from 'node:fs';

/**
 * What a file system does when it is asked how full it is or for `sub`: answers, lets one wait, takes one more request and then none
 * (so that who waits can be killed: the kernel lets them go as long as nobody has read what they want), or fails with a number of errno.
 */
export type Mood = 'answer' | 'hang' | 'deaf' | number;

/** A FUSE file system that holds nothing but a folder `sub`, and does as it is told. */
export interface FuseMount {
  /** Those who wait are answered when it is no longer to hang. */
  setMood(mood: Mood): void;
  /** Does to the mount what the kernel does when its program dies: it stands, and nobody answers any longer. */
  crash(): void;
  /** How many wait for an answer. */
  readonly waiting: number;
}

// The kernel's protocol: include/uapi/linux/fuse.h.
const LOOKUP = 1;
const GETATTR = 3;
const STATFS = 17;
const INIT = 26;
const SILENT = new Set([2, 36, 42]);
const ENOSYS = 38;
const IN_HEADER = 40;
const OUT_HEADER = 16;
const SUB = 2n;
const FOLDER_MODE = 0o40755;

/** Mounts one, by the kernel's own protocol: no library is needed. Runs in the mount namespace of this process. */
export async function mountFuse(point: string, name: string): Promise<FuseMount> {
  const device = openSync('/dev/fuse', 'r+');
  let mood: Mood = 'answer';
  let isDeaf = false;
  const waiting: (() => void)[] = [];
  const begun = Promise.withResolvers<void>();

  const reply = (unique: bigint, body: Buffer | number) => {
    const payload = typeof body === 'number' ? Buffer.alloc(0) : body;
    const out = Buffer.alloc(OUT_HEADER + payload.length);
    out.writeUInt32LE(out.length, 0);
    out.writeInt32LE(typeof body === 'number' ? -body : 0, 4);
    out.writeBigUInt64LE(unique, 8);
    payload.copy(out, OUT_HEADER);
    // Who asked may be gone (ENOENT), and so may the mount.
    write(device, out, () => {});
  };
  const moody = (unique: bigint, body: Buffer) => {
    if (mood === 'hang' || mood === 'deaf') waiting.push(() => moody(unique, body));
    else reply(unique, mood === 'answer' ? body : mood);
  };
  const handle = (request: Buffer) => {
    const opcode = request.readUInt32LE(4);
    const unique = request.readBigUInt64LE(8);
    const node = request.readBigUInt64LE(16);
    if (opcode === STATFS) moody(unique, figures());
    else if (opcode === LOOKUP && request.toString('latin1', IN_HEADER) === 'sub\0') moody(unique, entry());
    else if (opcode === INIT) {
      reply(unique, init(request.readUInt32LE(IN_HEADER + 4)));
      begun.resolve();
    } else if (opcode === GETATTR) reply(unique, Buffer.concat([Buffer.alloc(16), attributes(node)]));
    else if (!SILENT.has(opcode)) reply(unique, ENOSYS);
  };
  const listen = () => {
    const request = Buffer.alloc(64 * 1024);
    read(device, request, 0, request.length, null, (error, length) => {
      if (error?.code === 'ENODEV') return;
      if (error === null) handle(request.subarray(0, length));
      if (mood === 'deaf') isDeaf = true;
      else listen();
    });
  };
  await mount(device, point, name);
  listen();
  await begun.promise;

  return {
    get waiting() {
      return waiting.length;
    },
    setMood(next) {
      mood = next;
      if (mood === 'hang' || mood === 'deaf') return;
      if (isDeaf) listen();
      isDeaf = false;
      for (const again of waiting.splice(0)) again();
    },
    crash: () => writeFileSync(`/sys/fs/fuse/connections/${connectionOf(point)}/abort`, '1'),
  };
}

/** The minor number of its file system: Documentation/filesystems/fuse.rst. */
function connectionOf(point: string): string | undefined {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines
    .find((line) => line.split(' ')[4] === point)
    ?.split(' ')[2]
    ?.replace('0:', '');
}

function mount(device: number, point: string, name: string): Promise<void> {
  const options = `fd=3,rootmode=40000,user_id=0,group_id=0,allow_other`;
  const child = spawn('mount', ['-i', '-t', 'fuse.signalbox', '-o', options, name, point], {
    stdio: ['ignore', 'inherit', 'inherit', device],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`mount: exit code ${code}`))));
  });
}

function init(minor: number): Buffer {
  const out = Buffer.alloc(64);
  out.writeUInt32LE(7, 0);
  out.writeUInt32LE(Math.min(minor, 31), 4);
  out.writeUInt16LE(12, 16);
  out.writeUInt16LE(10, 18);
  out.writeUInt32LE(4096, 20);
  out.writeUInt32LE(1, 24);
  return out;
}

/** 1,000 blocks of 4 KiB, 600 free, 500 for ordinary users; 100 inodes, 40 free. Its blocks for fast transfers are larger. */
function figures(): Buffer {
  const out = Buffer.alloc(80);
  for (const [index, value] of [1_000n, 600n, 500n, 100n, 40n].entries()) out.writeBigUInt64LE(value, 8 * index);
  for (const [index, value] of [131_072, 255, 4_096].entries()) out.writeUInt32LE(value, 40 + 4 * index);
  return out;
}

/** The folder `sub`, to be asked for anew each time. */
function entry(): Buffer {
  const out = Buffer.alloc(40);
  out.writeBigUInt64LE(SUB, 0);
  return Buffer.concat([out, attributes(SUB)]);
}

function attributes(node: bigint): Buffer {
  const out = Buffer.alloc(88);
  out.writeBigUInt64LE(node, 0);
  out.writeUInt32LE(FOLDER_MODE, 60);
  out.writeUInt32LE(2, 64);
  return out;
}
