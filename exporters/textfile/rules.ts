import type { ReadFamily } from '../../exposition/family.ts';
import type { ForeignFamily } from '../../model/exporter.ts';
import type { TextfileSettings } from './settings.ts';

/** What is done to families as they are read. */
export interface Rules {
  /** The family's type in truth: as the first rule has it that names the family, and else as its file has it. */
  typeOf(family: ReadFamily): ForeignFamily['type'];
  /** The labels to leave out of a family's samples. */
  labelsOff(family: string): ReadonlySet<string>;
}

export function createRules({ retype, dropLabels }: Pick<TextfileSettings, 'retype' | 'dropLabels'>): Rules {
  const types = Object.entries(retype).map(([pattern, type]) => ({ matches: matcherOf(pattern), type }));
  const drops = Object.entries(dropLabels).map(([pattern, labels]) => ({ matches: matcherOf(pattern), labels }));
  return {
    typeOf({ name, type }) {
      const rule = types.find(({ matches }) => matches(name));
      if (rule !== undefined && type !== 'histogram' && type !== 'summary') return rule.type;
      return type === 'gauge' || type === 'counter' || type === 'histogram' || type === 'summary' ? type : 'untyped';
    },
    labelsOff: (family) => new Set(drops.filter(({ matches }) => matches(family)).flatMap(({ labels }) => labels)),
  };
}

function matcherOf(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*');
  const first = parts.shift() ?? '';
  const last = parts.pop();
  if (last === undefined) return (name) => name === first;
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    const end = name.length - last.length;
    let at = first.length;
    for (const part of parts) {
      const found = name.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
