import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageLine } from './storage-line.ts';
import { until } from './until.ts';
import type { VictoriaMetricsProcess } from './victoriametrics-process.ts';

/**
 * Kills a box with SIGKILL at `times` random instants, and calls `meanwhile` while each lives; then lets a last one drain.
 * Resolves to the batches that had been acknowledged and are not whole in VictoriaMetrics.
 */
export async function killBoxes(
  vm: VictoriaMetricsProcess,
  times: number,
  meanwhile: (round: number) => Promise<void> = async () => {},
): Promise<{ acknowledged: number; missing: string[]; said: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-killed-'));
  try {
    let printed = '';
    for (let round = 0; round < times; round++) {
      printed += await killOne('spool-box.ts', folder, vm.url, round, meanwhile);
    }
    await using line = await storageLine({ write: vm.url, read: vm.url }, { folder });
    await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
    const acknowledged = printed.split('\n').filter((one) => /^\d+ \d+ \d+$/.test(one));
    const missing: string[] = [];
    await until(async () => {
      const stored = await vm.seriesCounts('acknowledged', ['run', 'number']);
      missing.splice(0);
      for (const one of acknowledged) {
        const [run, number, count] = one.split(' ');
        if (stored.get(`${run} ${number}`) !== Number(count)) missing.push(one);
      }
      return missing.length === 0;
    }).catch(() => {});
    return { acknowledged: acknowledged.length, missing, said: line.said };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs one of the boxes beside this file and kills it with SIGKILL at a random instant once it has said something; resolves to its whole lines. */
export async function killOne(
  program: string,
  folder: string,
  url: string,
  round: number,
  meanwhile: (round: number) => Promise<void> = async () => {},
): Promise<string> {
  const path = new URL(program, import.meta.url).pathname;
  const box = spawn(process.execPath, [path, folder, url, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  const ended = new Promise((resolve) => box.stdout.once('close', resolve));
  box.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  try {
    // However slow its disk is, it has acknowledged something.
    await until(() => printed.split('\n').length > 3 || box.exitCode !== null);
    await Promise.all([meanwhile(round), new Promise((resolve) => setTimeout(resolve, Math.random() * 700))]);
  } finally {
    box.kill('SIGKILL');
    await ended;
  }
  // A last line without its end was cut off by the kill; its batch may have been acknowledged, but nobody was told.
  return printed.slice(0, printed.lastIndexOf('\n') + 1);
}
