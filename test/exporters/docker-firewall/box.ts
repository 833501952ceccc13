/** The exporter as the box runs it, in a network of a test's own: says a line after each look, and looks when told or by its own wish. */
import { createInterface } from 'node:readline';
import { createClock } from '../../../collector/clock.ts';
import { createOutsideDoor } from '../../../collector/vantage/outside/outside.ts';
import { openExporter as openDockerFirewall } from '../../../exporters/docker-firewall/docker-firewall.ts';
import type { DockerFirewallSettings } from '../../../exporters/docker-firewall/settings.ts';
import type { Change } from '../../../model/change.ts';
import type { Sample } from '../../../model/sample.ts';

/** What one look said. */
export interface Said {
  /** Why it was made. */
  readonly because: 'told' | 'soon';
  readonly samples: readonly Sample[];
  readonly troubles: readonly string[];
  readonly changes: readonly Change[];
  /** What it says of port 8080/tcp. */
  readonly verdict?: string;
  readonly failed?: string;
}

const [folder = '', settings = '{}'] = process.argv.slice(2);
const clock = createClock();
const outside = createOutsideDoor(clock);
let troubles: string[] = [];
let changes: Change[] = [];
let looking: Promise<void> = Promise.resolve();
const exporter = await openDockerFirewall(JSON.parse(settings) as DockerFirewallSettings, {
  clock,
  folder,
  changed: async (more) => void changes.push(...more),
  soon: () => look('soon'),
  outside: outside.open,
  onTrouble: (words) => void troubles.push(words),
});

function look(because: Said['because']): void {
  looking = looking.then(async () => {
    let samples: readonly Sample[] = [];
    let failed: string | undefined;
    try {
      samples = await exporter.collect(AbortSignal.timeout(60_000));
    } catch (error) {
      failed = error instanceof Error ? error.message : String(error);
    }
    const verdict = exporter.portVerdict?.('tcp', 8080);
    const said: Said = {
      because,
      samples,
      troubles,
      changes,
      ...(verdict !== undefined && { verdict }),
      ...(failed !== undefined && { failed }),
    };
    console.log(JSON.stringify(said));
    troubles = [];
    changes = [];
  });
}

const input = createInterface({ input: process.stdin });
input.on('line', () => look('told'));
input.on('close', async () => {
  await exporter.stop();
  await outside.stop();
  process.exit(0);
});
