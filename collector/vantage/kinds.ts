import type { KindTraits } from '../../model/monitor.ts';
import type { OpenOutside } from '../../model/outside.ts';
import { type Reason, target } from '../../model/reason.ts';
import type { ProbeKind } from '../probes/index.ts';
import type { Surroundings } from './local.ts';
import type { Vantage } from './vantage.ts';

/** What vantages are opened with. */
export interface VantageContext {
  readonly kinds: Readonly<Record<string, ProbeKind>>;
  readonly surroundings: Surroundings;
  readonly outside: OpenOutside;
  readonly onTrouble: (words: string) => void;
}

/** A vantage that was opened: what its checks need begins with the first of them. */
export interface OpenVantage {
  /** What makes the checks of monitors with these traits. */
  readonly placeFor: (traits: Pick<KindTraits, 'mayHang'>) => Vantage;
  /** Resolves once all of it has ended. */
  stop(): Promise<void>;
}

/** One kind of place that checks are made from. */
export interface VantageKind {
  /** What it is, for the config's readers. */
  readonly about: string;
  /** As it stands after `from` in a sentence: `here`. */
  readonly place: string;
  /** It sees this machine as an external client does. What such a one cannot reach is down, though others can. */
  readonly external?: true;
  /** Why monitors with these traits cannot be checked from there; undefined where they can. */
  readonly lacks?: (traits: KindTraits) => string | undefined;
  readonly open: (context: VantageContext) => Promise<OpenVantage>;
}

/** The list of all vantages, the usual one first. A new one is its folder and an entry here. */
export const vantageKinds: Readonly<Record<string, VantageKind>> = {
  local: {
    about: 'the box itself',
    place: 'here',
    open: async (context) => (await import('./open-local.ts')).openLocal(context),
  },
  outside: {
    about: 'a network namespace of its own, from which only this machine can be reached, as a stranger would',
    place: 'outside',
    external: true,
    lacks({ waitsForReports, asksThisMachine }) {
      if (waitsForReports) return 'it reports to the box itself';
      return asksThisMachine ? 'it asks this machine from within' : undefined;
    },
    open: async (context) => (await import('./outside/outside-vantage.ts')).openOutsideVantage(context),
  },
};

/** Where a monitor is checked from when nothing is said. */
export const USUAL_VANTAGE = 'local';

/** A vantage as it stands after `from` in a sentence. */
export function placeInWords(vantage: string): Reason {
  const place = vantageKinds[vantage]?.place;
  return [place ?? target(vantage, 'elsewhere')];
}
