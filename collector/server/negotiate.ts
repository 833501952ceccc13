/** What a client takes, with its weight from 0 (never) to 1. */
interface Range {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/**
 * The first of these media types that the client likes best by its `Accept` (RFC 9110 §12.5.1): the most definite range that fits decides
 * of each. Of the parameters only `version` tells types apart. The first one when nothing is said, or when none is wanted: who asks
 * badly is answered too.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  types: readonly [Type, ...Type[]],
): Type {
  const ranges = rangesIn(accept ?? '*/*');
  let best = { type: types[0], weight: 0 };
  for (const type of types) {
    const weight = weightOf(type, ranges);
    if (weight > best.weight) best = { type, weight };
  }
  return best.type;
}

function weightOf(type: string, ranges: readonly Range[]): number {
  const [offer] = rangesIn(type);
  let found = { definite: -1, weight: 0 };
  for (const { value, parameters, weight } of ranges) {
    const version = parameters.get('version');
    if (version !== undefined && version !== offer?.parameters.get('version')) continue;
    const definite = definiteness(value, offer?.value ?? '') + (version === undefined ? 0 : 1);
    if (definite >= 0 && definite > found.definite) found = { definite, weight };
  }
  return found.weight;
}

/** Negative where the range does not fit. */
function definiteness(range: string, type: string): number {
  if (range === type) return 4;
  if (range === '*/*') return 0;
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1)) ? 2 : -9;
}

/** Whether the client would rather have it in gzip than as it is, by its `Accept-Encoding` (RFC 9110 §12.5.3). */
export function prefersGzip(acceptEncoding: string | undefined): boolean {
  const ranges = rangesIn(acceptEncoding ?? '');
  const weight = (...names: readonly string[]) => ranges.find(({ value }) => names.includes(value))?.weight;
  const gzip = weight('gzip', 'x-gzip') ?? weight('*') ?? 0;
  return gzip > 0 && gzip >= (weight('identity') ?? 0);
}

/** `text/plain;version=0.0.4;q=0.5, *\/*;q=0.1`; a weight that is none counts as 1. */
function rangesIn(header: string): readonly Range[] {
  return header.split(',').map((one) => {
    const [value = '', ...rest] = one.split(';').map((part) => part.trim().toLowerCase());
    const parameters = new Map(
      rest.map((part) => {
        const [name = '', ...text] = part.split('=');
        return [
          name.trim(),
          text
            .join('=')
            .trim()
            .replace(/^"(.*)"$/, '$1'),
        ];
      }),
    );
    const weight = Number.parseFloat(parameters.get('q') ?? '1');
    return { value, parameters, weight: weight >= 0 && weight <= 1 ? weight : 1 };
  });
}
