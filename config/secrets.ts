import { Secret } from '../model/secret.ts';
import type { Path } from './mistake.ts';
import type { Report, Tree } from './tree.ts';

/** Anything shorter could not be kept out of messages without tearing holes into other words. */
const SHORTEST_SECRET = 4;
const tooShort = `whose text has fewer than ${SHORTEST_SECRET} characters; wanted a longer secret`;

/** Gives the text of a secret file, or throws with a message that says why it cannot. The path is relative to the config file. */
export type ReadSecretFile = (path: string, file: string) => string;

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readSecretFile: ReadSecretFile;
}

/**
 * The plain value of a tree, in which every `${NAME}` and `{ file: path }` has become a `Secret`.
 * What cannot be resolved is reported and stands as an empty secret, so that nothing else is said about it.
 */
export function plainValueOf(tree: Tree, sources: SecretSources, report: Report, found: Set<string>): unknown {
  const keep = (text: string): Secret => {
    if (text !== '') found.add(text);
    return new Secret(text);
  };

  const scalar = (text: string, node: Tree, path: Path): unknown => {
    if (!text.includes('${')) return text;
    const parts = text.split(/(\$?\$\{[^}]*\}?)/);
    let secret = false;
    const whole = parts.map((part) => {
      if (part.startsWith('$${')) return part.slice(1);
      if (!part.startsWith('${')) return part;
      secret = true;
      const value = fromEnvironment(part, sources.env);
      if (value.trouble !== undefined) report(node.at, path, value.trouble, 'lost');
      return keep(value.text).reveal();
    });
    return secret ? keep(whole.join('')) : whole.join('');
  };

  const walk = (node: Tree, path: Path): unknown => {
    if (node.kind === 'list') return node.items.map((item, index) => walk(item, [...path, index]));
    if (node.kind === 'scalar') return typeof node.value === 'string' ? scalar(node.value, node, path) : node.value;
    const file = secretFile(node);
    if (file === undefined)
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, walk(entry.value, [...path, key])]));
    try {
      const text = sources.readSecretFile(file, node.at().file);
      if (text.length < SHORTEST_SECRET)
        report(node.at, path, `came the secret file ${JSON.stringify(file)}, ${tooShort}`, 'lost');
      return text.length < SHORTEST_SECRET ? keep('') : keep(text);
    } catch (error) {
      report(node.at, path, error instanceof Error ? error.message : 'the secret file cannot be read', 'lost');
      return new Secret('');
    }
  };
  return walk(tree, []);
}

function secretFile(node: Tree): string | undefined {
  if (node.kind !== 'map' || node.entries.size !== 1) return undefined;
  const only = node.entries.get('file')?.value;
  return only?.kind === 'scalar' && typeof only.value === 'string' ? only.value : undefined;
}

function fromEnvironment(reference: string, env: SecretSources['env']): { text: string; trouble?: string } {
  const name = /^\$\{([A-Za-z_]\w*)\}$/.exec(reference)?.[1];
  if (name === undefined)
    return { text: '', trouble: `came \${ without a proper name, wanted \${NAME}; for a literal \${ write $\${` };
  const text = env[name];
  if (text === undefined) return { text: '', trouble: `came \${${name}}, but the environment has no ${name}` };
  if (text === '') return { text: '', trouble: `came \${${name}}, but ${name} is empty in the environment` };
  if (text.length < SHORTEST_SECRET) return { text: '', trouble: `came \${${name}}, ${tooShort}` };
  return { text };
}
