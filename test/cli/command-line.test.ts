import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { folderWith } from '../config/folder.ts';
import { run, start } from './command.ts';

const JOB = 'listen: 127.0.0.1:0\nmonitors: { job: { heartbeat: { every: 1h, token: none } } }\n';

suite('the command, as somebody new to it types it', { concurrency: 2 }, () => {
  test('alone it explains itself, and help explains each command and its alias', async () => {
    const alone = await run([]);
    assert.equal(alone.code, 0);
    for (const command of ['run', 'reload', 'check', 'probe', 'schema', 'version'])
      assert.match(alone.out, new RegExp(`^  ${command}\\b`, 'm'));
    for (const [args, said] of [
      [['help', 'run'], /^Usage: signalbox run\|start .*--data <folder>/s],
      [['start', '--help'], /^Usage: signalbox run\|start/],
      [['help', 'try'], /^Usage: signalbox probe\|try/],
      [['--version'], /^signalbox \d/],
    ] as const) {
      const { code, out } = await run(args);
      assert.equal(code, 0, args.join(' '));
      assert.match(out, said);
    }
  });

  test('a typo is answered with the nearest right word, and exit code 2', async () => {
    for (const [args, said] of [
      [['chekc'], /unknown command 'chekc'\n\(Did you mean check\?\)/],
      [['help', 'prob'], /unknown command 'prob'\n\(Did you mean probe\?\)/],
      [['run', '--dta', 'x'], /unknown option '--dta'\n\(Did you mean --data\?\)/],
      [['check', '--dta', 'x'], /unknown option '--dta'\n\(signalbox --help/],
      [['check', 'one', 'two'], /too many arguments for 'check'/],
      [['probe'], /missing required argument 'monitor'/],
    ] as const) {
      const { code, out, err } = await run(args);
      assert.deepEqual([code, out], [2, ''], args.join(' '));
      assert.match(err, said);
    }
  });

  test('where there is no config, it is said with one to begin with', async () => {
    using folder = folderWith({});
    for (const args of [['check'], ['run'], ['probe', 'web']]) {
      const { code, err } = await run(args, { cwd: folder.path });
      assert.equal(code, 3, args[0]);
      assert.match(err, /signalbox\.yml:1:1: is not there; signalbox\.example\.yml is one to begin with/);
    }
  });

  test('two hundred mistakes are two hundred lines, also through a pipe that is closed early', async () => {
    const monitors = Array.from({ length: 200 }, (_, index) => `  m${index}: { htpp: "http://127.0.0.1/" }\n`).join('');
    using folder = folderWith({ 'my box.yml': `monitors:\n${monitors}` });
    const whole = await run(['check', 'my box.yml'], { cwd: folder.path });
    assert.equal(whole.code, 3);
    assert.equal(whole.err.match(/did you mean http\?/g)?.length, 200);
    assert.match(whole.err, /\n200 mistakes; nothing would be watched\n$/);
    const { child, ended } = start(['schema']);
    child.stdout?.destroy();
    assert.deepEqual((await ended.catch(() => ({ err: '' }))).err, '');
  });

  test('what cannot be written to the end is not called done', { skip: process.platform !== 'linux' }, async () => {
    const full = openSync('/dev/full', 'w');
    const { code, err } = await run(['schema'], { stdout: full });
    assert.equal(code, 5);
    assert.match(err, /cannot be written: ENOSPC/);
  });

  test('a state directory that cannot be used is named with the reason, and exit code 5', async () => {
    using folder = folderWith({ 'signalbox.yml': JOB, file: '' });
    for (const [data, said] of [
      ['file', /it is a file, not a folder/],
      ['file/below', /a part of the path is a file/],
      // Node's own way to make folders would try for ever there.
      ['/proc/signalbox', /no folder can be made there/],
      ['x'.repeat(100), /a socket may have at most 107 bytes; choose a shorter state directory/],
    ] as const) {
      const { code, err } = await run(['run', '--data', data], { cwd: folder.path });
      assert.equal(code, 5, data);
      assert.match(err, said);
    }
  });

  test('without a box, reload says where none answers', async () => {
    using folder = folderWith({});
    const { code, err } = await run(['reload', '--data', 'data'], { cwd: folder.path });
    assert.equal(code, 5);
    assert.ok(err.includes(`no box answers at ${join(folder.path, 'data', 'admin.sock')}`), err);
  });
});
