import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Change } from '../model/change.ts';
import { messageOf } from '../model/errors.ts';
import type { ConfigChange, Part, PartContext } from '../model/part.ts';
import { cleanChange } from './clean.ts';
import type { Ledger } from './ledger/open.ts';

export interface OwnChangesOptions extends Pick<PartContext, 'clock' | 'redact' | 'log' | 'version'> {
  readonly ledger: Pick<Ledger, 'changes'>;
  /** The host name of the machine they are made on; this one's when left out. */
  readonly machine?: string;
}

/** A config, as far as it is told from others. */
type Fingerprinted = Readonly<Record<string, unknown>> & { readonly monitors: readonly object[] };

/** The way in which changes come into the ledger: the exporters', and those of the box itself. */
export interface OwnChanges extends Part<Fingerprinted> {
  /** Resolves once they are durable; without control characters and secrets. */
  readonly changed: (changes: readonly Change[]) => Promise<void>;
  /** Records this version, if another ran last, and that the config is another; at the start nobody saw it change. */
  configure(config: Fingerprinted, change: ConfigChange): Promise<void>;
}

/** What the box itself has become; with a detail it is told even if it was so before. */
interface Becoming {
  readonly kind: 'version' | 'config';
  readonly what: string;
  readonly to: string;
  readonly detail?: string | undefined;
}

const WHILE_OFF = 'changed while the box was off';
/** Monitors taken in one turn of the loop. */
const SLICE = 100;

export function openOwnChanges(options: OwnChangesOptions): OwnChanges {
  const { ledger, clock, redact, log, version, machine = hostname() } = options;
  const changed = (changes: readonly Change[]) =>
    ledger.changes.add(changes.map((one) => ({ machine, ...cleanChange(one, redact) })));

  /** What it was last is known from the ledger. The box goes on without the record. */
  async function becomes({ kind, what, to, detail }: Becoming): Promise<void> {
    try {
      const last = await ledger.changes.last(kind, what, clock.now());
      if (last?.to === to && detail === undefined) return;
      const unseen = kind === 'config' ? (last === undefined ? 'read for the first time' : WHILE_OFF) : undefined;
      const said = detail ?? unseen;
      await changed([
        { at: clock.now(), kind, what, ...(last?.to && { from: last.to }), to, ...(said && { detail: said }) },
      ]);
    } catch (error) {
      log(`that the ${kind} is another could not be recorded: ${messageOf(error)}`);
    }
  }

  return {
    changed,
    async configure(config, { first, words }) {
      await becomes({ kind: 'version', what: 'signalbox', to: version });
      if (!first && words === undefined) return;
      await becomes({ kind: 'config', what: 'config', to: await fingerprintOf(config), detail: words });
    },
    stop() {},
  };
}

/** A short hash of all that the config says; a secret's text is no part of it. */
async function fingerprintOf({ monitors, ...rest }: Fingerprinted): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(rest));
  for (const [index, monitor] of monitors.entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate();
    hash.update(JSON.stringify(monitor));
  }
  return hash.digest('hex').slice(0, 12);
}
