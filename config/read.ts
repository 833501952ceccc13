import { type ProbeKind, probeKinds } from '../collector/probes/index.ts';
import { type ExporterKind, exporterKinds } from '../exporters/index.ts';
import type { Config } from '../model/config.ts';
import { createRedactor } from '../model/redact.ts';
import { composeConfig } from './compose.ts';
import { readExporters } from './exporters.ts';
import { mergeFragments } from './fragments.ts';
import { growTree } from './grow.ts';
import { type Complain, inspectorOf } from './inspector.ts';
import { inReadingOrder, type Mistake, type Path, pathInWords } from './mistake.ts';
import { readMonitors } from './monitors.ts';
import { lintTogether } from './rules.ts';
import { topShape } from './schema.ts';
import { plainValueOf, type ReadSecretFile } from './secrets.ts';
import { readTop } from './top.ts';
import { type At, placeOf, type Source } from './tree.ts';

export interface ReadResult {
  readonly config: Config;
  /** The text of every secret that the files name. */
  readonly secrets: ReadonlySet<string>;
}

/** What there is to choose from. */
export interface Kinds {
  readonly probes: Readonly<Record<string, ProbeKind>>;
  readonly exporters: Readonly<Record<string, ExporterKind>>;
}

/**
 * The config that these files describe, or every mistake in them. Decides only: the environment and the secret files are handed in.
 * Secrets never stand in a mistake.
 */
export async function readConfig(
  sources: readonly Source[],
  env: Readonly<Record<string, string | undefined>>,
  readSecretFile: ReadSecretFile,
  kinds: Kinds = { probes: probeKinds, exporters: exporterKinds },
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
  const tree = mergeFragments(trees, report);
  if (tree === undefined) {
    if (mistakes.length === 0) note(nothingIn(sources));
    return { mistakes: told(mistakes, secrets) };
  }
  const value = plainValueOf(tree, { env, readSecretFile }, report, secrets) as Record<string, unknown>;
  const complain: Complain = (path, message, key) => {
    if (lost.some((above) => above.every((step, depth) => path[depth] === step))) return;
    note({ ...placeOf(tree, path, key), path: pathInWords(path), message });
  };
  const config = await settle(value, inspectorOf(complain), complain, kinds);
  return mistakes.length > 0 ? { mistakes: told(mistakes, secrets) } : { config, secrets };
}

async function settle(
  value: Record<string, unknown>,
  inspect: ReturnType<typeof inspectorOf>,
  complain: Complain,
  kinds: Kinds,
): Promise<Config> {
  const top = readTop(value, inspect, complain, [...Object.keys(topShape), 'monitors', 'exporters']);
  const drafts = await readMonitors(value.monitors, inspect, complain, kinds.probes);
  const exporters = await readExporters(value.exporters, inspect, complain, kinds.exporters);
  lintTogether(top, drafts, value, complain);
  return composeConfig(top, drafts, exporters);
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
