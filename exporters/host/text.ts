/** The words of a line, split at blanks and tabs. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    const blank = code === 32 || code === 9;
    if (!blank && start < 0) start = at;
    if (!blank || start < 0) continue;
    words.push(line.slice(start, at));
    start = -1;
  }
  if (start >= 0) words.push(line.slice(start));
  return words;
}

/** A number as the kernel writes it, decimal or 0x…; undefined where it is none. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The CPUs of a list as the kernel writes it: `0-1,3`. */
export function cpusOf(list: string): number[] {
  const cpus: number[] = [];
  for (const range of list.split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    // No kernel has more than 8192 CPUs (CONFIG_NR_CPUS).
    for (let cpu = Number(first); cpu <= Math.min(Number(last), 8191); cpu++) cpus.push(cpu);
  }
  return cpus;
}
