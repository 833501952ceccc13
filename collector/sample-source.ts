import type { Identity, Labels, Sample, SampleSink } from '../model/sample.ts';
import type { Instant } from '../model/time.ts';

/**
 * One that gives samples in rounds: an exporter, a monitor from one vantage. As with a scrape of Prometheus, a series of the
 * round before that a round has no more ends at the round's instant. It keeps no texts, only the samples of its last round.
 */
export interface SampleSource {
  /** Begins a round; what was given in one that was never finished counts to the round before. */
  begin(at: Instant): void;
  offer(samples: readonly Sample[], identity: Identity): void;
  /** The round is whole: what it lacks ends. */
  finish(): void;
  /** Ends all its series at `at`. It takes nothing more. */
  end(at: Instant): void;
  readonly ended: boolean;
}

/** Samples, and whose they are. */
interface Part {
  readonly samples: readonly Sample[];
  readonly identity: Identity;
}

/** A source without a round so far. */
export function openSampleSource(sink: Pick<SampleSink, 'offer' | 'end'>): SampleSource {
  let before: readonly Part[] = [];
  let beforeAt: Instant = 0;
  let round: Part[] = [];
  let roundAt: Instant = 0;
  let ended = false;

  /** Behind the last values, also where the wall clock was set back: else they would come to light again. */
  function endSeries(parts: readonly Part[], at: Instant, lastAt: Instant): void {
    for (const { samples, identity } of parts) sink.end(samples, identity, Math.max(at, lastAt + 1));
  }

  return {
    get ended() {
      return ended;
    },
    begin(at) {
      if (round.length > 0) before = [...before, ...round];
      round = [];
      beforeAt = roundAt;
      roundAt = at;
    },
    offer(samples, identity) {
      if (ended) return;
      round.push({ samples, identity });
      sink.offer(samples, identity, roundAt);
    },
    finish() {
      endSeries(endedSeries(before, round), roundAt, beforeAt);
      before = round;
      round = [];
    },
    end(at) {
      ended = true;
      endSeries(endedSeries([...before, ...round], []), at, roundAt);
      before = [];
      round = [];
    },
  };
}

/** Sources by name, for those that come and go with the config. */
export interface SampleSources {
  /** The source of that name, opened when there is none. */
  of(name: string): SampleSource;
  /** Ends all others. */
  keepOnly(names: ReadonlySet<string>, at: Instant): void;
}

/** No sources yet. */
export function createSampleSources(sink: Pick<SampleSink, 'offer' | 'end'>): SampleSources {
  const sources = new Map<string, SampleSource>();
  return {
    of(name) {
      const source = sources.get(name) ?? openSampleSource(sink);
      sources.set(name, source);
      return source;
    },
    keepOnly(names, at) {
      for (const [name, source] of sources) {
        if (names.has(name)) continue;
        source.end(at);
        sources.delete(name);
      }
    },
  };
}

/** What is in the one round and not in the other. Samples with an instant of their own are of no round: their giver says when they are. */
function endedSeries(before: readonly Part[], now: readonly Part[]): readonly Part[] {
  if (areSameParts(before, now)) return [];
  const present = Map.groupBy(now, whose);
  return [...Map.groupBy(before, whose)].flatMap(([who, parts]) => {
    const were = parts.flatMap(({ samples }) => samples);
    const are = (present.get(who) ?? []).flatMap(({ samples }) => samples);
    if (areSameSeries(were, are)) return [];
    const there = new Set(are.map(seriesKey));
    const gone = were.filter((one) => one.at === undefined && !there.has(seriesKey(one)));
    return gone.length > 0 && parts[0] ? [{ samples: gone, identity: parts[0].identity }] : [];
  });
}

function whose({ identity: { job, instance, vantage = '' } }: Part): string {
  return `${job}\n${instance}\n${vantage}`;
}

/** As nearly every round is: the same series in the same order as in the one before. */
function areSameParts(some: readonly Part[], others: readonly Part[]): boolean {
  return areAlike(some, others, ({ identity: one, samples }, { identity: other, samples: otherSamples }) => {
    const same = one.job === other.job && one.instance === other.instance && one.vantage === other.vantage;
    return same && areSameSeries(samples, otherSamples);
  });
}

function areSameSeries(some: readonly Sample[], others: readonly Sample[]): boolean {
  return areAlike(some, others, (one, other) => one.name === other.name && areSameLabels(one.labels, other.labels));
}

function areAlike<T>(some: readonly T[], others: readonly T[], isAlike: (one: T, other: T) => boolean): boolean {
  return some.length === others.length && some.every((one, index) => isAlike(one, others[index] as T));
}

function areSameLabels(some: Labels, others: Labels): boolean {
  if (some === others) return true;
  let count = 0;
  for (const name in some) {
    if (some[name] !== others[name]) return false;
    count++;
  }
  for (const _ in others) count--;
  return count === 0;
}

/** The same for the same labels in another order, and where one that is empty is left out. */
function seriesKey({ name, labels }: Sample): string {
  const pairs: string[] = [];
  for (const label in labels) if (labels[label]) pairs.push(`${label}\xff${labels[label]}`);
  return `${name}\xff${pairs.sort().join('\xff')}`;
}
