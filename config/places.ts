import type { Place } from './mistake.ts';
import type { Source } from './tree.ts';

/** Gives the place of an offset. (YAML's own counter goes wrong where the parser had to go back.) */
export function placer({ file, text }: Source): (offset: number) => Place {
  const starts: number[] = [];
  return (offset) => {
    if (starts.length === 0) {
      starts.push(0);
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    }
    let line = 0;
    for (let step = 2 ** Math.floor(Math.log2(starts.length)); step >= 1; step /= 2)
      if ((starts[line + step] ?? Number.POSITIVE_INFINITY) <= Math.min(offset, text.length)) line += step;
    return { file, line: line + 1, column: Math.min(offset, text.length) - (starts[line] ?? 0) + 1 };
  };
}
