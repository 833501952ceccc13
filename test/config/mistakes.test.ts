import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mistakesOf, samples } from './samples.ts';

const all = samples();

for (const sample of all)
  test(`${sample.name}: every mistake is named, with its place and what was wanted`, async () => {
    assert.ok(sample.expected.length > 0, 'a sample says what is expected of it');
    assert.deepEqual(await mistakesOf(sample), sample.expected);
  });

test('no sample makes the door print what should have been a secret', () => {
  for (const { name, expected } of all) assert.ok(!expected.join().includes('not-to-be-shown'), name);
});

test('each thing that the door can say has a sample', () => {
  const said = all.flatMap((sample) => sample.expected).join('\n');
  const folder = join(import.meta.dirname, '../../config');
  const missing = readdirSync(folder)
    .filter((file) => !NOT_ABOUT_TEXT.has(file))
    .flatMap((file) => thingsToSay(readFileSync(join(folder, file), 'utf8')).map((text) => `${file}: ${text}`))
    .filter((line) => !SAID_ELSEWHERE.has(line) && !said.includes(line.slice(line.indexOf(': ') + 2)));
  assert.deepEqual(missing, []);
});

test('each rule of the sections, probes and exporters has a sample', () => {
  const said = all.flatMap((sample) => sample.expected).join('\n');
  const root = join(import.meta.dirname, '../..');
  const files = globSync('{alerts,collector,dashboards,exporters,model,status-site}/**/*.ts', { cwd: root }).filter(
    (file) => /(?:section|spec|lint[\w-]*|settings?)\.ts$/.test(file),
  );
  assert.ok(files.length > 20);
  const missing = files
    .flatMap((file) => rulesOfFile(file, readFileSync(join(root, file), 'utf8')).map((text) => `${file}: ${text}`))
    .filter((line) => !said.includes(line.slice(line.indexOf(': ') + 2)));
  assert.deepEqual(missing, []);
});

/** A section's rules are said in whole sentences as well, and in constants. */
function rulesOfFile(file: string, source: string): string[] {
  return file.endsWith('section.ts') ? [...rulesIn(source), ...thingsToSay(source)] : rulesIn(source);
}

/** What is said of files and folders is tried in sources.test.ts; the others print nothing about a config. */
const NOT_ABOUT_TEXT = new Set([
  'sources.ts',
  'door.ts',
  'reloading.ts',
  'watch.ts',
  'folder-watches.ts',
  'stamp.ts',
  'difference.ts',
  'json-schema.ts',
  'option-tables.ts',
]);

const SAID_ELSEWHERE = new Set([
  // A fault of ours.
  'kinds.ts: there is no probe of the kind ',
  // Tried in hostile.test.ts, with files too large to keep.
  'syntax.ts: this is nested too deeply to be read',
  'grow.ts: is nested too deeply to be read',
  // For a setting of a form that no kind has yet.
  'wanted.ts: text of another form',
]);

/** The longest fixed piece of each message of a rule. */
function rulesIn(source: string): string[] {
  return [...source.matchAll(/(?:message|error):\s*(?:'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g)]
    .map((one) => one[1] ?? one[2] ?? '')
    .map((text) => fixedPiece(text));
}

/** The longest fixed piece of each literal that speaks of what came or was wanted. */
function thingsToSay(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const literals = [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)].map(
    (one) => one[1] ?? one[2] ?? '',
  );
  return literals
    .filter((text) => /\b(?:came|wanted|did you mean|this|a|is|are|has|one|list|number|text) \w/.test(text))
    .filter((text) => !/^[A-Z]|\.$/.test(text))
    .map((text) => fixedPiece(text))
    .filter((piece) => piece.length > 8);
}

function fixedPiece(template: string): string {
  const pieces = template.split(/(?<!\\)\$\{(?:[^{}]|\{[^}]*\})*\}/).map((piece) => piece.replace(/\\(.)/g, '$1'));
  return pieces.toSorted((a, b) => b.length - a.length)[0] ?? '';
}
