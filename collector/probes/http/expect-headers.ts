import { oneLine } from '../../../model/outside-text.ts';
import { type NamedPart, quote, quoteAfter, reason } from '../../../model/reason.ts';
import { type PatientMatcher, patientMatcher } from '../patient-match.ts';
import type { Expectation, Miss } from './expectation.ts';
import { shownHeader } from './hiding.ts';
import type { HeaderTest } from './http-spec.ts';

/** One expectation a header. Of a header sent several times, one value that fits is enough. */
export function compileHeaderTests(tests: Readonly<Record<string, HeaderTest>>): Expectation[] {
  return Object.entries(tests).map(([name, test]) => {
    const lower = name.toLowerCase();
    const fits = fitting(test);
    return async ({ response }, signal): Promise<Miss | undefined> => {
      const values = response.headersDistinct[lower] ?? [];
      if ('absent' in test) {
        if (values.length === 0) return undefined;
        return { reason: reason`${header(name)} is there${quoteAfter(': ', shown(name, values))}`, content: true };
      }
      for (const value of values) {
        const told = await fits(value, signal);
        if (told === undefined) return untold(name);
        if (told) return undefined;
      }
      const came = values.length === 0 ? ['is missing'] : reason`is ${quote(shown(name, values), 'another')}`;
      return { reason: reason`${header(name)} ${came}${quoteAfter(', wanted ', wanted(test))}`, content: true };
    };
  });
}

function fitting(test: HeaderTest): PatientMatcher {
  if ('equals' in test) return (value) => value === test.equals;
  if ('contains' in test) return (value) => value.includes(test.contains);
  return 'absent' in test ? () => false : patientMatcher(test.matches, 'u');
}

function untold(name: string): Miss {
  return {
    reason: reason`could not tell whether ${header(name)} is as wanted: the expression takes too long on it`,
    untold: true,
  };
}

/** Which headers are looked at is the config's. */
function header(name: string): NamedPart {
  return quote(`header ${name}`, 'a header');
}

function shown(name: string, values: readonly string[]): string {
  return `"${oneLine(shownHeader(name, values[0] ?? ''), 80)}"${values.length > 1 ? ' and more' : ''}`;
}

function wanted(test: HeaderTest): string {
  if ('equals' in test) return `"${oneLine(test.equals, 80)}"`;
  if ('contains' in test) return `something with "${oneLine(test.contains, 80)}"`;
  return 'matches' in test ? `a match of /${oneLine(test.matches, 80)}/` : 'none';
}
