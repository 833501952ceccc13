import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { requireProgram } from '../require-program.ts';

const SCRIPT = `
import json, sys
try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
    sys.exit(7)
families = text_string_to_metric_families(sys.stdin.read())
print(json.dumps([[one.name, one.labels, str(one.value)] for family in families for one in family.samples]))
`;

/** What the parser of the Python client reads of a page in OpenMetrics; throws where it refuses. Undefined when it is missing and the test is skipped. */
export function pythonSamples(
  page: string,
  t: TestContext,
): [name: string, labels: Record<string, string>, value: string][] | undefined {
  const python = requireProgram('python3', t);
  if (python === undefined) return undefined;
  // Unpacked beside the programs, where it is not installed.
  const folders = (process.env.PATH ?? '').split(delimiter).map((one) => join(one, '../lib/python3/dist-packages'));
  const env = { ...process.env, PYTHONPATH: folders.join(delimiter), PYTHONIOENCODING: 'utf-8' };
  const { status, stdout, stderr } = spawnSync(python, ['-c', SCRIPT], { input: page, encoding: 'utf8', env });
  if (status === 7) {
    if (process.env.CI) throw new Error('python3-prometheus-client is not installed, and a test needs it');
    t.skip('needs python3-prometheus-client');
    return undefined;
  }
  if (status !== 0)
    throw new Error(`the Python client refuses this page: ${stderr.trim().split('\n').at(-1)}\n${page}`);
  return JSON.parse(stdout);
}
