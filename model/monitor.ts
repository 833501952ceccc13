/** How the standings of several vantages become one. */
export type Agreement = 'any' | 'majority' | 'all';

/** How often a verdict must repeat before it counts. */
export interface Confirmation {
  /** Bad checks in a row, the first included, until a monitor is down or degraded. */
  readonly bad: number;
  /** Good checks in a row until it is up again. */
  readonly good: number;
  /** How soon a first failure is checked again, in milliseconds. */
  readonly everyMs: number;
}

/** How many of a monitor's latest checks fail, though never enough in a row, until it is degraded. */
export interface FailureRate {
  /** How many of the latest checks are looked at. */
  readonly window: number;
  /** So many of them must have failed, */
  readonly least: number;
  /** and this share, from 0 to 1. */
  readonly share: number;
}

/** What others must know of a kind of probe, so that nobody has to ask for its name. */
export interface KindTraits {
  /** How it checks, in words that name no address: `a web request`. */
  readonly by: string;
  /** Whoever is watched reports to the box by itself: its report is waited for, nothing is asked, and there is no other vantage. */
  readonly waitsForReports?: true;
  /** Its latency is how long a job ran, not how soon something answered. */
  readonly latencyIsRunTime?: true;
  /** It asks the machine that it runs on from within, and nothing over the network. */
  readonly asksThisMachine?: true;
  /** It may hang in ways that no deadline in this process can end: it runs in a process of its own. */
  readonly mayHang?: true;
}

/** A port of the transport layer. */
export interface Port {
  readonly protocol: 'tcp' | 'udp';
  readonly number: number;
}

/** One thing watched, as the config describes it: frozen data, the same until the next reload. */
export interface Monitor {
  /** Its key in the config: the identity of its history. */
  readonly name: string;
  /** The name as it stands in addresses and file names: lower case, `a-z 0-9 -`. */
  readonly slug: string;
  readonly title: string;
  readonly group: string;
  /** Whether it may appear on the public page. */
  readonly public: boolean;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly confirm: Confirmation;
  /** Absent where it does not matter how often it fails. */
  readonly failureRate?: FailureRate;
  /** Monitors without which this one cannot be reached. */
  readonly needs: readonly string[];
  readonly agree: Agreement;
  /** From where it is checked. */
  readonly vantages: readonly string[];
  /** Slower than this, in milliseconds, is degraded. */
  readonly slowMs?: number;
  /** The name whose history it takes over. */
  readonly was?: string;
  /** The probe's kind, a key of the probe table, and that kind's own settings. */
  readonly kind: string;
  readonly traits: KindTraits;
  /** The port that it knocks on, where it is one. */
  readonly port?: Port;
  readonly spec: unknown;
}
