import type { ExporterContext, OpenExporter } from '../../model/exporter.ts';
import { SECOND } from '../../model/time.ts';
import { watchOne } from './one-systemd.ts';
import { findPlace } from './place.ts';
import type { SystemdSettings } from './settings.ts';

/** A failure has everything collected soon, but a crash loop not all the time. */
const EAGER_MS = 5 * SECOND;

/** What systemd says of the machine's units, and of those of some users. */
export const openExporter: OpenExporter<SystemdSettings> = async (settings, context) => {
  const { bus, systemctl, journalctl, expect, within, states } = settings;
  const eager = createEagerness(context);
  const ofSystem = { place: await findPlace({ bus, systemctl, journalctl }), expect, within, states };
  const ofUsers = await Promise.all(
    settings.users.map(async ({ name, bus: own, expect }) => {
      const place = await findPlace({ user: name, bus: own, journalctl });
      return { place, expect, within: {}, states: [] };
    }),
  );
  const { clock, onTrouble } = context;
  const all = [ofSystem, ...ofUsers].map((one) => watchOne(one, { clock, onTrouble, onFailure: eager.failed }));
  return {
    async collect(signal) {
      return (await Promise.all(all.map((one) => one.collect(signal)))).flat();
    },
    async stop() {
      eager.stop();
      for (const one of all) one.stop();
    },
  };
};

/** Asks to collect soon when a unit fails, and not again for a while. */
function createEagerness({ clock, soon }: ExporterContext): { readonly failed: () => void; readonly stop: () => void } {
  let cancel: (() => void) | undefined;
  return {
    failed() {
      if (cancel !== undefined) return;
      soon();
      cancel = clock.after(EAGER_MS, () => {
        cancel = undefined;
      });
    },
    stop: () => cancel?.(),
  };
}
