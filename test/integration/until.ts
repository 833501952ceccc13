/** An answer that is asked for may come this long after patience has ended; then nobody waits for it any longer. */
const GRACE_MS = 30_000;

/** Resolves once `holds`; rejects after `patienceMs`, which is long so that a busy machine breaks nothing, also when it is never known. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patienceMs = 60_000,
  what = holds.toString(),
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await inTime(holds, end + GRACE_MS - performance.now(), what))) {
    if (performance.now() > end) throw new Error(`still not so after ${patienceMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function inTime(holds: () => boolean | Promise<boolean>, ms: number, what: string): Promise<boolean> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it was not known in time whether it is so: ${what}`)), ms);
  try {
    return await Promise.race([holds(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
