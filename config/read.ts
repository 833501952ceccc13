import { createRedactor } from '../model/redact.ts';
import type { Config } from './config.ts';
import { mergeFragments } from './fragments.ts';
import { growTree } from './grow.ts';
import { type Complain, inspectorOf } from './inspector.ts';
import { allKinds, type Kinds } from './kinds.ts';
import { inReadingOrder, type Mistake, type Path, pathInWords } from './mistake.ts';
import { plainValueOf, type ReadSecretFile } from './secrets.ts';
import { type SectionTexts, textsOf } from './section-text.ts';
import { type Sections, sections } from './sections.ts';
import { settleSections } from './settle.ts';
import { type At, placeOf, type Source } from './tree.ts';

export interface ReadResult {
  readonly config: Config;
  /** What is said of each section when it changes. */
  readonly texts: SectionTexts;
  /** The text of every secret that the files name. */
  readonly secrets: ReadonlySet<string>;
}

/**
 * The config that these files describe, or every mistake in them. Decides only: the environment and the secret files are handed in.
 * Secrets never stand in a mistake.
 */
export async function readConfig(
  sources: readonly Source[],
  env: Readonly<Record<string, string | undefined>>,
  readSecretFile: ReadSecretFile,
  kinds: Kinds = allKinds,
  list: Sections = sections,
): Promise<ReadResult | { readonly mistakes: readonly Mistake[] }> {
  const secrets = new Set<string>();
  const mistakes: Mistake[] = [];
  const note = (mistake: Mistake): void => {
    mistakes.push(mistake);
  };
  const lost: Path[] = [];
  const report = (at: At, path: Path, message: string, isLost?: 'lost'): void => {
    if (isLost) lost.push(path);
    note({ ...at(), path: pathInWords(path), message });
  };
  const trees = sources.flatMap((source) => growTree(source, report, note) ?? []);
  const isJoined = (key: string): boolean => Object.hasOwn(list, key) && list[key]?.joined === true;
  const tree = mergeFragments(trees, isJoined, report);
  if (tree === undefined) {
    if (mistakes.length === 0) note(nothingIn(sources));
    return { mistakes: told(mistakes, secrets) };
  }
  const value = plainValueOf(tree, { env, readSecretFile }, report, secrets) as Record<string, unknown>;
  const complain: Complain = (path, message, key) => {
    if (lost.some((above) => above.every((step, depth) => path[depth] === step))) return;
    note({ ...placeOf(tree, path, key), path: pathInWords(path), message });
  };
  const config = await settleSections(value, inspectorOf(complain), complain, kinds, list);
  if (mistakes.length > 0) return { mistakes: told(mistakes, secrets) };
  return { config: config as unknown as Config, texts: textsOf(value, list), secrets };
}

function nothingIn(sources: readonly Source[]): Mistake {
  const file = sources[0]?.file ?? 'signalbox.yml';
  return { file, line: 1, column: 1, path: '', message: 'is empty, wanted at least one monitor under monitors' };
}

/** The mistakes as they may be shown. */
function told(mistakes: readonly Mistake[], secrets: ReadonlySet<string>): Mistake[] {
  const redact = createRedactor(secrets);
  return inReadingOrder(mistakes).map((mistake) => ({
    ...mistake,
    path: redact(mistake.path),
    message: redact(mistake.message),
  }));
}
