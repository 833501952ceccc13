import type { Clock } from '../../model/time.ts';
import type { Units } from '../../model/unit.ts';

/** Asks systemd about units; nothing of what that takes is loaded before the first question. */
export function lazyUnits(clock: Clock): Units {
  let loading: Promise<Units> | undefined;
  const units = () => {
    loading ??= import('./units.ts').then(({ openUnits }) => openUnits(clock));
    return loading;
  };
  return {
    look: async (address, signal) => (await units()).look(address, signal),
    lastLines: async (address, report, signal) => (await units()).lastLines(address, report, signal),
    stop: async () => (await loading)?.stop(),
  };
}
