import type { Change } from '../../model/change.ts';
import { messageOf } from '../../model/errors.ts';
import type { OpenExporter } from '../../model/exporter.ts';
import type { Outside } from '../../model/outside.ts';
import { SECOND } from '../../model/time.ts';
import type { Looked, LookTask } from './look.ts';
import { lookApart } from './look-apart.ts';
import { createSayings } from './sayings.ts';
import type { DockerFirewallSettings } from './settings.ts';
import { SETTLE_MS } from './settling.ts';
import { startTriggers } from './trigger/triggers.ts';

/** Whether each port that Docker publishes is reachable, and why not; looked at by the minute, and soon after Docker or nftables say that something changed. */
export const openExporter: OpenExporter<DockerFirewallSettings> = async (settings, context) => {
  const { clock, folder, onTrouble } = context;
  const triggers = startTriggers({
    clock,
    socket: settings.socket,
    soon: context.soon,
    onTrouble,
  });
  const say = createSayings(onTrouble);
  let unrecorded: readonly Change[] = [];
  let published = 0;
  let closed: Looked['closed'] = {};
  let sees: Pick<Looked, 'hasDocker' | 'seesRules'> | undefined;
  let cancel = () => {};

  /** Only where there is something to knock on; without, nothing is made on the machine. */
  async function strangersPlace(troubles: string[]): Promise<Outside | undefined> {
    const { outside } = context;
    if (settings.outside === false || settings.snapshot !== undefined || outside === undefined || published === 0)
      return undefined;
    return outside().catch((error: unknown) => {
      troubles.push(messageOf(error));
      return undefined;
    });
  }

  function taskFor(outside: Outside | undefined): LookTask {
    const { socket, snapshot, allowed } = settings;
    return {
      at: clock.now(),
      folder,
      ...(socket !== undefined && { socket }),
      ...(snapshot !== undefined && { snapshot }),
      ...(allowed !== undefined && { allowed }),
      explained: triggers.explained(),
      ...(outside !== undefined && { outside }),
    };
  }

  /** Soon enough after it is time, whatever the clock of the snapshot. */
  function lookAgain(): void {
    cancel();
    cancel = clock.after(SETTLE_MS + SECOND, context.soon);
  }

  async function record({ changes }: Looked): Promise<void> {
    unrecorded = [...unrecorded, ...changes].slice(-100);
    if (unrecorded.length === 0) return;
    await context.changed(unrecorded);
    unrecorded = [];
  }

  return {
    async collect(signal) {
      const troubles: string[] = [];
      const outside = await strangersPlace(troubles);
      const looked = await lookApart(taskFor(outside), clock, signal).catch((error: unknown) => {
        closed = {};
        throw error;
      });
      ({ closed } = looked);
      sees = looked;
      if (looked.isSettling) lookAgain();
      triggers.looked(looked.hasDocker && settings.snapshot === undefined);
      // The stranger comes with the next look, as soon as there is a door for it.
      if (published === 0 && looked.published > 0 && settings.outside !== false) context.soon();
      published = looked.published;
      say(looked.findings, [...troubles, ...looked.troubles]);
      await record(looked);
      return looked.samples;
    },
    tells: (topic) => (topic === 'docker engine' ? sees?.hasDocker : sees?.seesRules),
    portVerdict: (protocol, port) => closed[`${protocol} ${port}`],
    async stop() {
      cancel();
      await triggers.stop();
    },
  };
};
