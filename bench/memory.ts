import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import runtime from '../cli/runtime.json' with { type: 'json' };
import { startBox } from './box.ts';
import { atMost, quantileOf, type Row, shown, told } from './row.ts';

const EVERY_S = 10;
/** Until the first sweep is over and the site has been made more than once. */
const SETTLE_MS = 40_000;
const LOOKS = 40;

/** Resident memory of the box, VictoriaMetrics apart, at a hundred and a thousand HTTP monitors every ten seconds. Three minutes. */
export async function rows(): Promise<Row[]> {
  warm();
  const bare = bareNode();
  const small = await residentAt(100);
  const large = await residentAt(1000);
  const node = `bare Node ${shown(bare, 'MB')}`;
  return [
    atMost('resident memory with 100 monitors, median', small.median, 110, 'MB', node),
    atMost('resident memory with 1,000 monitors, median', large.median, 150, 'MB', node),
    told('the most that was seen, start included', `${shown(small.peak, 'MB')}, ${shown(large.peak, 'MB')}`),
  ];
}

async function residentAt(monitors: number): Promise<{ median: number; peak: number }> {
  await using box = await startBox({ monitors, everyS: EVERY_S });
  await pause(SETTLE_MS);
  const seen: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    seen.push(await box.megabytes('VmRSS'));
    await pause(1000);
  }
  return { median: quantileOf(seen, 0.5), peak: await box.megabytes('VmHWM') };
}

/** Without its code in the cache a box would load the compiler as well; every start but the very first finds it there. */
function warm(): void {
  const script = fileURLToPath(new URL('../scripts/warm.ts', import.meta.url));
  const cache = fileURLToPath(new URL('../.cache/compiled', import.meta.url));
  spawnSync(process.execPath, [...runtime.flags, script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
}

function bareNode(): number {
  const run = spawnSync(process.execPath, ['-p', 'process.memoryUsage.rss()'], { encoding: 'utf8' });
  return Number(run.stdout) / 1e6;
}
