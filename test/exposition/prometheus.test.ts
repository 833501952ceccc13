import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { readExposition } from '../../exposition/read.ts';
import { requireProgram } from '../require-program.ts';

const read = (text: string | Buffer, lenient = false) =>
  readExposition(Buffer.from(text as string), { format: 'prometheus', lenient });

/** What Go's parser takes, as its own tests have it. */
const ALLOWED: Readonly<Record<string, string>> = {
  nothing: '',
  'empty lines': '\n\n',
  'no type, no labels': 'u 1.234\nv -3e3 103948\n# Even that:\nw{} 3\n',
  'blanks and tabs everywhere': '\n \t# TYPE u gauge\n u{ a = "b"\t,c\t= "d" , }  1 5\nu {a="c"} 2\n  u{a="d"}-Inf\n',
  'comments of all kinds': '#\n# \n# HELP\n# HELP u\n# TYPE u\n#TYPE u gauge\n# EOF\n# UNIT u s\nu 1\n',
  escapes: '# HELP u a\\\\b\\nc\nu{a="\\"\\\\\\n"} 1\n',
  'numbers of every form': 'a 1\nb +1\nc .5\nd 5.\ne 1E5\nf nan\ng NaN\nh inf\ni -INF\nj +Infinity\nk 08\n',
  'instants before the epoch': 'u 1 -2\n',
  'families in pieces': '# TYPE s summary\ns{quantile="0.5"} 1\nv 1\ns_sum 2\ns_count 1\ns_sum{a="b"} 1\n',
  'a histogram in any order': '# TYPE h histogram\nh_count 1\nh_bucket{le="+Inf"} 1\nh_bucket{le="1"} 1\nh_sum NaN\n',
  'a type in capitals': '# TYPE u COUNTER\nu 1\n',
  'counters below 0': '# TYPE u counter\nu -1\n',
  'a type without samples': '# TYPE u counter\n',
};

const FORBIDDEN: Readonly<Record<string, readonly [page: string, line: number, column: number, message: string]>> = {
  'a last line without its end': [
    'u 1\nv 4',
    2,
    4,
    'came the end of the text, wanted a line feed at the end of the last line',
  ],
  'an unknown escape': ['u{a="\\t"} 1\n', 1, 6, 'came "\\\\t\\"} 1", wanted \\\\, \\" or \\n'],
  'an unknown escape in HELP': ['# HELP u \\t\n', 1, 10, 'came "\\\\t", wanted \\\\ or \\n'],
  'a line feed in a value': ['u{a="b\nc"} 1\n', 1, 7, 'came the end of the line, wanted " at the end of the value'],
  'a wrong name of a label': ['u{@="b"} 1\n', 1, 3, 'came "@=\\"b\\"} 1", wanted the name of a label'],
  'the label __name__': [
    'u{__name__="b"} 1\n',
    1,
    3,
    'came the label "__name__", wanted none that begins with __: they are reserved',
  ],
  'a label without its value': ['u{a+="b"} 1\n', 1, 4, 'came "+=\\"b\\"} 1", wanted "=" after the name of a label'],
  'a value without quotes': ['u{a=b} 1\n', 1, 5, 'came "b} 1", wanted a value in double quotes'],
  'text after a label': ['u{a="b"+} 1\n', 1, 8, 'came "+} 1", wanted "," or "}" after a label'],
  'a label twice': ['u{a="b",a="c"} 1\n', 1, 9, 'came the label "a" again, wanted each once'],
  'an instant of fractions': [
    'u{a="b"} 3.14 2.72\n',
    1,
    15,
    'came "2.72", wanted a whole number of milliseconds, or the end of the line',
  ],
  'an instant of more than 64 bits': [
    'u 1 9223372036854775808\n',
    1,
    5,
    'came "9223372036854775808", wanted a whole number of milliseconds, or the end of the line',
  ],
  'text after the instant': ['u 1 2 3\n', 1, 7, 'came "3", wanted the end of the line'],
  'an exemplar': ['u 1 # {} 1\n', 1, 5, 'came "# {} 1", wanted a whole number of milliseconds, or the end of the line'],
  'a word for a value': ['\nu{a="é"} abc\n', 2, 10, 'came "abc", wanted a number'],
  'a second HELP': ['# HELP u a\n# HELP u b\n', 2, 8, 'came a second HELP of "u", wanted one'],
  'a second TYPE': ['# TYPE u counter\n# TYPE u untyped\n', 2, 8, 'came a second TYPE of "u", wanted one'],
  'a TYPE after samples': [
    'u 1\n# TYPE u counter\n',
    2,
    8,
    'came the TYPE of "u" after its samples, wanted it before them',
  ],
  'an unknown type': ['# TYPE u bla\n', 1, 10, 'came "bla", wanted counter, gauge, histogram, summary or untyped'],
  'a wrong name in a comment': ['# TYPE u-v counter\n', 1, 9, 'came "-v counter", wanted a blank after the name'],
  'a wrong name': ['@u{a="b"} 1\n', 1, 1, 'came "@u{a=\\"b\\"} 1", wanted the name of a metric'],
  'no name': ['{a="b"} 1\n', 1, 1, 'came "{a=\\"b\\"} 1", wanted the name of a metric'],
  'a wrong bound': ['# TYPE u histogram\nu_bucket{le="bla"} 1\n', 2, 1, 'came le="bla", wanted a number'],
  'a wrong quantile': ['# TYPE u summary\nu{quantile="0x1p-3"} 1\n', 2, 1, 'came quantile="0x1p-3", wanted a number'],
  'bytes that are not UTF-8': ['u 1\nv{a="\xbd"} 1\n', 2, 6, 'came a byte that is not UTF-8, wanted UTF-8'],
  'carriage returns': ['u 1\r\n', 1, 3, 'came "1\\r", wanted a number'],
  'no value': ['u\n', 1, 2, 'came the end of the line, wanted "{" or a blank after the name'],
  'half a line': ['u{a="b', 1, 7, 'came the end of the text, wanted a line feed at the end of the last line'],
};

for (const [what, page] of Object.entries(ALLOWED))
  test(`the Prometheus format allows ${what}`, () => {
    assert.deepEqual(read(page).flaws, []);
    assert.deepEqual(read(page, true), read(page));
  });

for (const [what, [page, line, column, message]] of Object.entries(FORBIDDEN))
  test(`the Prometheus format forbids ${what}, and says where`, () => {
    const text = Buffer.from(page, page.includes('\xbd') ? 'latin1' : 'utf8');
    assert.deepEqual(read(text), { families: [], flaws: [{ line, column, message }] });
  });

test('the Prometheus format forbids all that is no decimal number', () => {
  for (const value of [
    '1_2',
    '0x1p-3',
    '0x1',
    '0X1',
    '0b1',
    '0B1',
    '0o1',
    '0O1',
    '1e',
    '.',
    '-',
    '--1',
    '1e999',
    '+NaN',
  ])
    assert.equal(read(`u ${value}\n`).flaws.length, 1, value);
});

test('what is read is what promtool reads', (t) => {
  requireProgram('promtool', t);
  const accepts = (page: string | Buffer) =>
    !/error while linting|text format parsing error/.test(
      spawnSync('promtool', ['check', 'metrics'], { input: page }).stderr.toString(),
    );
  for (const [what, page] of Object.entries(ALLOWED)) assert.ok(accepts(page), what);
  // Debian's Go parser leaves labels that come twice to whoever stores them; later ones refuse them.
  for (const [what, [page]] of Object.entries(FORBIDDEN))
    if (what !== 'a label twice')
      assert.ok(!accepts(Buffer.from(page, page.includes('\xbd') ? 'latin1' : 'utf8')), what);
});
