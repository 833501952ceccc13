import { labelText, numberText } from '../../exposition/write.ts';
import { exportedName, type Identity, type Labels, type Sample } from '../../model/sample.ts';
import { type Clock, DAY, type Instant } from '../../model/time.ts';
import type { FrameKind } from './frame.ts';

/** Why a sample was turned away. */
export type Flaw = 'name' | 'label' | 'too_many_labels' | 'too_long' | 'future' | 'too_old';

/** Lines for the spool: exposition text with timestamps, at most some 64 k characters apart from its last line. Bytes, so that the strings they were made of die young. */
export interface Lines {
  readonly kind: FrameKind;
  readonly bytes: Buffer;
  readonly count: number;
}

/** The one door: every sample passes it once. */
export interface Door {
  /** The samples as text, under `identity`; those that VictoriaMetrics would drop or garble are left out, counted and said. A value that is NaN becomes a stale marker. */
  admit(samples: readonly Sample[], identity: Identity, at: Instant): Lines[];
  /** How many were turned away, by flaw. */
  readonly refused: ReadonlyMap<Flaw, number>;
}

export interface DoorOptions {
  readonly clock: Clock;
  /** How far back VictoriaMetrics keeps; older samples would be dropped there. */
  readonly retentionMs: number;
  readonly onTrouble: (message: string) => void;
}

/** VictoriaMetrics keeps 30 labels a series and drops the others; the name, `job`, `instance` and `vantage` are four. */
const MAX_LABELS = 26;
/** The least that any release of VictoriaMetrics takes unshortened. */
const MAX_NAME_CHARS = 256;
const MAX_VALUE_CHARS = 1024;
/** VictoriaMetrics drops what lies more than two days ahead. */
const MAX_AHEAD_MS = 2 * DAY;
const CHUNK_CHARS = 64 * 1024;
const SAY_EVERY_MS = 600_000;
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const MAX_KNOWN = 10_000;

const WORDS: Readonly<Record<Flaw, string>> = {
  name: 'its name is none that Prometheus knows ([a-zA-Z_:][a-zA-Z0-9_:]*)',
  label: 'a label name is none that Prometheus knows ([a-zA-Z_][a-zA-Z0-9_]*, not beginning with __)',
  too_many_labels: `it has more than ${MAX_LABELS} labels`,
  too_long: `its name or a label name is longer than ${MAX_NAME_CHARS} characters, or a label value than ${MAX_VALUE_CHARS}`,
  future: 'its timestamp is none, or more than two days ahead',
  too_old: 'its timestamp lies before the retention',
};

export function createDoor({ clock, retentionMs, onTrouble }: DoorOptions): Door {
  const refused = new Map<Flaw, number>();
  const saidAt = new Map<Flaw, number>();
  const isMetricName = remembering((name) => name.length <= MAX_NAME_CHARS && METRIC_NAME.test(name));
  const isLabelName = remembering((name) => name.length <= MAX_NAME_CHARS && LABEL_NAME.test(name));

  function turnAway(flaw: Flaw, sample: Sample, identity: Identity): void {
    refused.set(flaw, (refused.get(flaw) ?? 0) + 1);
    const now = clock.monotonic();
    if (now - (saidAt.get(flaw) ?? Number.NEGATIVE_INFINITY) < SAY_EVERY_MS) return;
    saidAt.set(flaw, now);
    const from = `${identity.job}/${identity.instance}`;
    onTrouble(`sample ${quoted(sample.name)} from ${quoted(from)} was not taken: ${WORDS[flaw]}`);
  }

  function flawOf(sample: Sample, at: Instant, now: Instant): Flaw | undefined {
    if (!isMetricName(sample.name)) return sample.name.length > MAX_NAME_CHARS ? 'too_long' : 'name';
    if (!(at <= now + MAX_AHEAD_MS)) return 'future';
    if (at < now - retentionMs) return 'too_old';
    return undefined;
  }

  function labelsOf(labels: Labels, identity: string): string | Flaw {
    let text = identity;
    let count = 0;
    for (const name in labels) {
      const value = labels[name];
      if (value === undefined || value === '') continue;
      if (!isLabelName(name)) return name.length > MAX_NAME_CHARS ? 'too_long' : 'label';
      if (value.length > MAX_VALUE_CHARS) return 'too_long';
      if (++count > MAX_LABELS) return 'too_many_labels';
      text += `,${labelText(exportedName(name, labels), value)}`;
    }
    return text;
  }

  return {
    refused,
    admit(samples, identity, at) {
      const now = clock.now();
      const own = identityText(identity);
      const chunks: Lines[] = [];
      const values = gather('values', chunks);
      const stale = gather('stale', chunks);
      for (const sample of samples) {
        const instant = sample.at ?? at;
        const flaw = flawOf(sample, instant, now);
        const labels = flaw ?? labelsOf(sample.labels, own);
        if (labels in WORDS) {
          turnAway(labels as Flaw, sample, identity);
          continue;
        }
        // VictoriaMetrics stores no NaN but the stale marker: a value that is none would leave the one before standing.
        const lines = Number.isNaN(sample.value) ? stale : values;
        lines.add(`${sample.name}{${labels}} ${numberText(sample.value)} ${Math.round(instant)}\n`);
      }
      values.end();
      stale.end();
      return chunks;
    },
  };
}

/** Gathers lines in chunks of bounded size. */
function gather(kind: FrameKind, chunks: Lines[]): { add(line: string): void; end(): void } {
  let text = '';
  let count = 0;
  function end(): void {
    if (count > 0) chunks.push({ kind, bytes: Buffer.from(text), count });
    text = '';
    count = 0;
  }
  return {
    add(line) {
      text += line;
      count++;
      if (text.length > CHUNK_CHARS) end();
    },
    end,
  };
}

/** Never empty, so that it can stand first: an instance without a name would be none. */
function identityText({ job, instance, vantage }: Identity): string {
  const own = `${labelText('job', job || 'unknown')},${labelText('instance', instance || 'unknown')}`;
  return vantage === undefined || vantage === '' ? own : `${own},${labelText('vantage', vantage)}`;
}

function remembering(holds: (name: string) => boolean): (name: string) => boolean {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return true;
    if (!holds(name)) return false;
    if (known.size >= MAX_KNOWN) known.clear();
    known.add(name);
    return true;
  };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
