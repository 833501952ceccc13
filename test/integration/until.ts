/** Resolves once `holds`; rejects after `patienceMs`, which is long so that a busy machine breaks nothing. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patienceMs = 60_000,
  what = holds.toString(),
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`still not so after ${patienceMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
