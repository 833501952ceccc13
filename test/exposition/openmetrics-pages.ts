/** Pages that OpenMetrics 1.0 allows and forbids, after its specification and the cases of the project's published suite, in names of our own. `# EOF` is added to those that do not end with `!`. */
export interface Pages {
  readonly [why: string]: readonly string[];
}

/** A family `t` of a type. */
export const of = (type: string, ...lines: string[]) => [`# TYPE t ${type}`, ...lines].join('\n');
/** A text of so many characters. */
export const many = (count: number) => 'x'.repeat(count);

/** The page as it is sent. */
export function pageOf(text: string): string {
  if (text.endsWith('!')) return text.slice(0, -1);
  return text === '' ? '# EOF\n' : `${text}\n# EOF\n`;
}
