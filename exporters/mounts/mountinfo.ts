/** One mount of the kernel's table. */
export interface Mount {
  readonly id: string;
  /** The mount that it stands on. */
  readonly parent: string;
  /** Major and minor number of the file system: alike for all mounts of one. */
  readonly device: string;
  /** Where it is mounted, byte by byte as the kernel has it (Latin-1), for asking. */
  readonly bytes: string;
  /** Where it is mounted, as text. */
  readonly point: string;
  readonly fstype: string;
  /** As the kernel writes it, a space as `\040`: so node_exporter has it. */
  readonly source: string;
  readonly readOnly: boolean;
  /** Mounted to be written to, and the kernel has made it read-only since, as after an error of the disk. */
  readonly lostWriting: boolean;
}

/**
 * Reads `/proc/PID/mountinfo` (proc_pid_mountinfo(5)). `where` is the file, for errors; throws when a line is none of the
 * kernel's. Mounts on a folder that has been deleted are left out: nobody can reach them.
 */
export function* mountsIn(file: Uint8Array, where: string): Generator<Mount> {
  const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('latin1');
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line === '') continue;
    const mount = parseLine(line);
    if (mount === undefined)
      throw new Error(`${where}:${number}: came ${JSON.stringify(line.slice(0, 100))}, wanted a line of mountinfo`);
    if (!mount.bytes.endsWith('//deleted')) yield mount;
  }
}

function parseLine(line: string): Mount | undefined {
  // One space apart and not any number: a device without a name is an empty field.
  const fields = line.split(' ');
  const [id = '', parent = '', device = '', , escaped = '', own = ''] = fields;
  const dash = fields.indexOf('-', 6);
  if (dash < 0 || fields.length < dash + 4 || !/^\d+$/.test(id) || !/^\d+:\d+$/.test(device)) return undefined;
  const superBlock = (fields[dash + 3] ?? '').split(',');
  const bytes = unmangled(escaped);
  const isReadOnly = own.split(',').includes('ro');
  // ext4 says the last two, from Linux 6.14 on, instead of turning `ro`: ext4_show_options in fs/ext4/super.c.
  const isTurned = ['ro', 'emergency_ro', 'shutdown'].some((option) => superBlock.includes(option));
  return {
    id,
    parent,
    device,
    bytes,
    point: asText(bytes),
    fstype: asText(unmangled(fields[dash + 1] ?? '')),
    source: asText(fields[dash + 2] ?? ''),
    readOnly: isReadOnly || isTurned,
    lostWriting: !isReadOnly && isTurned,
  };
}

/** The kernel writes space, tab, line end, backslash and `#` as three octal digits: mangle_path in fs/seq_file.c. */
function unmangled(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
