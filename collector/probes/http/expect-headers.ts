import { oneLine } from '../outside-text.ts';
import type { Expectation } from './expectation.ts';
import { shownHeader } from './hiding.ts';
import type { HeaderTest } from './http-spec.ts';

/** Longer values are not searched by an expression. */
const MAX_VALUE = 8192;

/** One expectation a header. Of a header sent several times, one value that fits is enough. */
export function compileHeaderTests(tests: Readonly<Record<string, HeaderTest>>): Expectation[] {
  return Object.entries(tests).map(([name, test]) => {
    const lower = name.toLowerCase();
    const fits = fitting(test);
    return ({ response }) => {
      const values = response.headersDistinct[lower] ?? [];
      if ('absent' in test)
        return values.length === 0
          ? undefined
          : { reason: `header ${name} is there: ${shown(name, values)}`, content: true };
      if (values.some(fits)) return undefined;
      const came = values.length === 0 ? 'is missing' : `is ${shown(name, values)}`;
      return { reason: `header ${name} ${came}, wanted ${wanted(test)}`, content: true };
    };
  });
}

function fitting(test: HeaderTest): (value: string) => boolean {
  if ('equals' in test) return (value) => value === test.equals;
  if ('contains' in test) return (value) => value.includes(test.contains);
  if ('absent' in test) return () => false;
  const expression = new RegExp(test.matches, 'u');
  return (value) => expression.test(value.slice(0, MAX_VALUE));
}

function shown(name: string, values: readonly string[]): string {
  return `"${oneLine(shownHeader(name, values[0] ?? ''), 80)}"${values.length > 1 ? ' and more' : ''}`;
}

function wanted(test: HeaderTest): string {
  if ('equals' in test) return `"${oneLine(test.equals, 80)}"`;
  if ('contains' in test) return `something with "${oneLine(test.contains, 80)}"`;
  return 'matches' in test ? `a match of /${oneLine(test.matches, 80)}/` : 'none';
}
