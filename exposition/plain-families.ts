import { inOnePiece } from './family-names.ts';
import { numberIn } from './open-families.ts';
import type { PageFamily } from './page-families.ts';

/**
 * The same series as families of the Prometheus text format. A histogram or summary with a bound that is no number, or of which another
 * family has a part, becomes untyped families: every series keeps its name, and the page is taken.
 */
export function plainFamilies(families: readonly PageFamily[]): Generator<PageFamily> {
  return inOnePiece(
    families,
    (family) => {
      const { name, type } = family;
      if (type !== 'histogram' && type !== 'summary') return { whole: family, names: [name] };
      const names = [name, ...['_bucket', '_sum', '_count'].map((suffix) => name + suffix)];
      return isWhole(family) ? { whole: family, names } : undefined;
    },
    (piece) => ({ ...piece, type: 'untyped' }),
  );
}

function isWhole({ name, type, samples }: PageFamily): boolean {
  const [bounded, label] = type === 'histogram' ? [`${name}_bucket`, 'le'] : [name, 'quantile'];
  return samples.every((one) => {
    const bound = one.labels[label];
    if (one.name === bounded) return !Number.isNaN(numberIn(bound ?? ''));
    return bound === undefined && (one.name === `${name}_sum` || one.name === `${name}_count`);
  });
}
