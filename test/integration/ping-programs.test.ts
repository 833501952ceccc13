import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createIcmpProbe } from '../../collector/probes/icmp/probe.ts';
import { settings } from '../../collector/probes/icmp/spec.ts';
import { runProbe, sampled } from '../collector/probes/run-probe.ts';
import { requireProgram } from '../require-program.ts';

/** A folder with only this program in it, under the name that is looked for. */
function only(program: string, t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ping-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(program, join(folder, basename(program)));
  return folder;
}

for (const name of ['fping', 'ping']) {
  test(`a burst by ${name} reaches this machine by both kinds of address`, async (t) => {
    const program = requireProgram(name, t);
    if (program === undefined) return;
    const probe = createIcmpProbe(only(program, t));
    for (const host of ['127.0.0.1', '::1']) {
      const finding = await runProbe({ settings, probe }, { host, count: 3, interval: '200ms' }, { timeoutMs: 8_000 });
      assert.equal(finding.verdict, 'up', finding.reason);
      assert.match(finding.reason, /^all 3 answered, (?:[\d.]+|under 0\.1) ms on average$/);
      assert.equal(sampled(finding, 'signalbox_icmp_loss_ratio'), 0);
      assert.ok((finding.latencyMs ?? 0) > 0 && (finding.latencyMs ?? 0) < 1_000);
      if (name === 'ping') assert.ok((sampled(finding, 'probe_icmp_reply_hop_limit') ?? 0) > 0);
    }
  });
}
