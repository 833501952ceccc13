import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AFTERNOON, NOW, ninetyDays, rendered, SPEC, siteMonitor, stand, type World } from './world.ts';

const GOLDEN = new URL('../golden/site/', import.meta.url);
const TEMPLATES = new URL('../../status-site/templates/', import.meta.url);

const afternoon = rendered(SPEC, AFTERNOON);
const fresh = rendered(SPEC, { stands: [] });

const PAGES: readonly (readonly [string, string | undefined])[] = [
  ['index.html', afternoon.get('index.html')],
  ['status.json', afternoon.get('status.json')],
  ['website.html', afternoon.get('m/website/index.html')],
  ['media.html', afternoon.get('m/media/index.html')],
  ['nas.html', afternoon.get('m/nas/index.html')],
  ['backup.html', afternoon.get('m/backup/index.html')],
  ['fresh-index.html', fresh.get('index.html')],
  ['fresh-website.html', fresh.get('m/website/index.html')],
];

for (const [name, text] of PAGES)
  test(`the page ${name} is the golden one (UPDATE_GOLDEN=1 writes it anew)`, () => {
    assert.ok(text);
    const file = new URL(name, GOLDEN);
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(dirname(file.pathname), { recursive: true });
      writeFileSync(file, text);
    }
    assert.equal(text, readFileSync(file, 'utf8'));
  });

test('the index of eight monitors and ninety days is small', () => {
  const bytes = gzipSync(afternoon.get('index.html') ?? '').length;
  assert.ok(bytes < 5_000, `${bytes} bytes gzipped`);
});

test('text from outside is text, wherever it stands', () => {
  const evil = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{{evil}}{{{evil}}}</style>";
  const spec = { title: evil, monitors: [siteMonitor('web', { title: evil, group: evil, traits: { by: evil } })] };
  const change = { monitor: 'web', vantage: '', at: NOW - 1000, from: 'up', to: 'down', reason: [evil] } as const;
  const world: World = {
    stands: [stand('web', { standing: 'down', reason: [evil] })],
    days: { web: ninetyDays(10) },
    transitions: [change],
  };
  const files = rendered(spec, world);
  for (const [path, text] of files) {
    if (!path.endsWith('.html')) continue;
    assert.doesNotMatch(text, /<script|<img|onerror=['"]|<\/style>.*<\/style>/s, path);
    assert.match(text, /&lt;script&gt;/, path);
  }
  assert.equal(JSON.parse(files.get('status.json') ?? '').monitors[0].title, evil);
});

test('no template can write text unescaped', () => {
  for (const name of readdirSync(TEMPLATES).filter((file) => file.endsWith('.hbs')))
    assert.doesNotMatch(readFileSync(new URL(name, TEMPLATES), 'utf8'), /\{\{\{|\{\{&/, name);
});

test('a slug that would leave the folder is refused', () => {
  for (const slug of ['../../etc', 'a/b', '', 'A', '..']) {
    const spec = { title: 't', monitors: [siteMonitor('web', { slug })] };
    assert.throws(() => rendered(spec, { stands: [] }), /slug/);
  }
});

test('a page holds no script and asks for nothing more', () => {
  for (const [path, text] of afternoon) {
    if (!path.endsWith('.html')) continue;
    assert.doesNotMatch(text, /<script|<link rel="stylesheet|<img|@import|\son[a-z]+=/, path);
    assert.doesNotMatch(text, /\s(?:src|href)="(?!data:|m\/|status\.json|\.\.\/\.\.\/index\.html)/, path);
    assert.doesNotMatch(text, /url\((?!#hatch)/, path);
    assert.match(text, /Content-Security-Policy" content="default-src &#x27;none&#x27;/, path);
  }
});

test('every element of a page is closed, and in order', () => {
  const empty = new Set(['meta', 'link', 'br', 'img']);
  for (const [path, text] of afternoon) {
    if (!path.endsWith('.html')) continue;
    const open: string[] = [];
    for (const [, slash, name = '', closed] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/g)) {
      if (slash) assert.equal(open.pop(), name, `${path}: </${name}>`);
      else if (!closed && !empty.has(name)) open.push(name);
    }
    assert.deepEqual(open, [], path);
    const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length, `${path}: an id stands once`);
    for (const [, id] of text.matchAll(/aria-labelledby="([^"]*)"/g)) assert.ok(ids.includes(id), `${path}: ${id}`);
  }
});
