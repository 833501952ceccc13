import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import type { ReadSample } from '../../../exposition/family.ts';
import { readExposition } from '../../../exposition/read.ts';
import type { Sample } from '../../../model/sample.ts';
import { requireProgram } from '../../require-program.ts';
import { makeWorld } from './world.ts';

const FILES: Readonly<Record<string, string>> = {
  'a.prom':
    '# HELP trains Trains.\n# TYPE trains gauge\ntrains{line="5",to="Köln \\"Hbf\\""} 3\ntrains{line="7",to="A\\\\B"} 0.1\n',
  'b.prom':
    'bare 1e21\n\n# TYPE late_seconds histogram\nlate_seconds_bucket{le="1"} 1\nlate_seconds_bucket{le="+Inf"} 2\nlate_seconds_sum 3.5\nlate_seconds_count 2\n',
  'c.prom': '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 2\ns_count 3\n# TYPE total counter\ntotal{a=""} 5\n',
  'empty.prom': '',
  'half.prom': 'half 1\nhalf_of',
  'timed.prom': 'timed 1 1700000000000\n',
  'other.txt': 'other 1\n',
  'crlf.prom': '# TYPE windows gauge\r\nwindows 1\r\n',
  'mark.prom': '\ufeffmarked 1\n',
  'open.prom': 'without_an_end 1',
  'comments.prom': '#\n# hello\n#nothing\n\n   \n',
  'blanks.prom': 'tabs\t{a="1"}\t1\n  indented   2\nwith_comma{a="1",} 1\nwith_none{} 1\n',
  'extremes.prom': 'far{a="1"} +Inf\nfar{a="2"} -Inf\nfar{a="3"} NaN\nfar{a="4"} .5\nfar{a="5"} 5.\nfar{a="6"} +1\n',
  'hexadecimal.prom': 'hexadecimal 0x10\n',
  'underscored.prom': 'underscored 1_000\n',
  'beyond.prom': 'beyond 1e400\n',
  'escapes.prom': 'escaped{a="\\n\\\\\\"",b="Köln 🚂"} 1\n',
  'tab-escape.prom': 'tab_escape{a="\\t"} 1\n',
  'mixed.prom': 'mixed{a="1"} 1\nbetween 1\nmixed{b="2"} 2\n',
  'late-type.prom': 'late_type 1\n# TYPE late_type gauge\n',
  'two-types.prom': '# TYPE two_types gauge\n# TYPE two_types gauge\ntwo_types 1\n',
  'other-type.prom': '# TYPE other_type thing\nother_type 1\n',
  'alone.prom': '# HELP alone Nothing else.\n# TYPE alone gauge\n',
  'openmetrics.prom': '# TYPE open counter\nopen_total 1\n# EOF\n',
  'exemplar.prom': 'exemplar 1 # {a="b"} 1\n',
  'le.prom': '# TYPE le histogram\nle_bucket{le="abc"} 1\nle_sum 1\nle_count 1\n',
  'number.prom': '1number 1\n',
  'twice.prom': 'twice{a="1",a="2"} 1\n',
  'reserved.prom': 'reserved{__name__="x"} 1\n',
  'page.prom': '<html></html>\n',
  'control.prom': 'control{a="\0"} 1\n',
};

test('node_exporter, run beside it over the same folder, gives the same series with the same values', async (t) => {
  const program = requireProgram('prometheus-node-exporter', t);
  if (program === undefined) return;
  const { folder, put, collect } = await makeWorld(t);
  for (const [name, text] of Object.entries(FILES)) await put(name, text);
  const theirs = (await pageOf(t, program, folder)).filter(
    ({ name }) => !/^(?:go|process|promhttp|node_(?!textfile))/.test(name),
  );
  const ours = (await collect()).filter(({ name }) => !name.startsWith('signalbox_'));
  assert.ok(theirs.length > 12, `${theirs.length} series were compared`);
  assert.deepEqual(ours.map(lineOf).toSorted(), theirs.map(lineOf).toSorted());
});

/** An empty label is none. */
function lineOf({ name, labels, value }: Sample): string {
  const full = Object.entries(labels).filter(([, text]) => text !== '');
  return `${name} ${JSON.stringify(full.toSorted(([a], [b]) => (a < b ? -1 : 1)))} ${value}`;
}

async function pageOf(t: TestContext, program: string, folder: string): Promise<readonly ReadSample[]> {
  const home = await mkdtemp(join(tmpdir(), 'signalbox-node-exporter-'));
  const flags = ['--collector.disable-defaults', '--collector.textfile', `--collector.textfile.directory=${folder}`];
  const child = spawn(program, [...flags, '--web.listen-address=127.0.0.1:0'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => {
    child.kill('SIGKILL');
    return rm(home, { recursive: true, force: true });
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /Listening on.* address=(\S+)/.exec(line)?.[1];
    if (address === undefined) continue;
    const page = Buffer.from(await (await fetch(`http://${address}/metrics`)).arrayBuffer());
    const { families, flaws } = readExposition(page, { format: 'prometheus' });
    assert.deepEqual(flaws, []);
    return families.flatMap(({ samples }) => samples);
  }
  return assert.fail('it did not listen');
}
