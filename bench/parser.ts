import { readExposition } from '../exposition/read.ts';
import { atLeast, type Row, told } from './row.ts';

const MEGABYTE = 1e6;
const ROUNDS = 15;
const WARM_ROUNDS = 5;

/** How fast the two formats are read on one core: processor time of the whole process, its collectors of garbage too, over pages of three kinds. */
export async function rows(): Promise<Row[]> {
  const pages = { 'a machine': machine(), 'an application': application(), 'a cluster': cluster() };
  const all = Buffer.concat(Object.values(pages));
  const open = openMetricsOf(all);
  const floor = rateOf(all, () => countLines(all));
  const flawless = (text: Buffer, format: 'prometheus' | 'openmetrics') => () => {
    const { families, flaws } = readExposition(text, { format });
    if (flaws.length > 0 || families.length === 0)
      throw new Error(`the bench's page is wrong: ${JSON.stringify(flaws)}`);
  };
  const rate = rateOf(all, flawless(all, 'prometheus'));
  const openRate = rateOf(open, flawless(open, 'openmetrics'));
  return [
    {
      ...atLeast('Prometheus format read, MB a second', rate, 100, ''),
      beside: `${floor.toFixed(0)} for finding the lines`,
    },
    atLeast('OpenMetrics read, MB a second', openRate, 100, ''),
    ...Object.entries(pages).map(([what, page]) =>
      told(`Prometheus format of ${what}`, `${rateOf(page, flawless(page, 'prometheus')).toFixed(0)} MB/s`),
    ),
  ];
}

/** The rate of the quickest round: what else the machine does makes rounds slower, and nothing makes one quicker. */
function rateOf(text: Buffer, read: () => void): number {
  const rates: number[] = [];
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    const before = process.cpuUsage();
    read();
    const { user, system } = process.cpuUsage(before);
    if (round >= WARM_ROUNDS) rates.push(text.length / MEGABYTE / ((user + system) / 1e6));
  }
  return Math.max(...rates);
}

/** The least that any reader must do, byte by byte. */
function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = 0; at < text.length; at++) if (text[at] === 10) lines++;
  return lines;
}

/** As node_exporter writes: few labels, whole numbers and short fractions. */
function machine(): Buffer {
  const lines: string[] = [];
  for (let family = 0; family < 150; family++) {
    const name = `node_disk_metric_${family}_seconds_total`;
    lines.push(`# HELP ${name} The total number of seconds spent in something.`, `# TYPE ${name} counter`);
    for (let cpu = 0; cpu < 16; cpu++)
      for (const mode of ['idle', 'iowait', 'irq', 'nice', 'softirq', 'steal', 'system', 'user'])
        lines.push(`${name}{cpu="${cpu}",mode="${mode}"} ${(family * 1000 + cpu * 37.25 + mode.length).toFixed(2)}`);
  }
  return pageOf(lines);
}

/** As an instrumented server writes: histograms by path and method, sums with seventeen digits. */
function application(): Buffer {
  const lines: string[] = [];
  const name = 'http_request_duration_seconds';
  lines.push(`# HELP ${name} How long requests took.`, `# TYPE ${name} histogram`);
  for (let path = 0; path < 400; path++)
    for (const method of ['GET', 'POST']) {
      const labels = `handler="/api/v1/things/${path}",method="${method}",code="200"`;
      for (const [index, le] of ['0.005', '0.01', '0.05', '0.1', '0.5', '1', '5', '10', '+Inf'].entries())
        lines.push(`${name}_bucket{${labels},le="${le}"} ${path * 10 + index}`);
      lines.push(`${name}_sum{${labels}} ${path * Math.PI + 1}`, `${name}_count{${labels}} ${path * 10 + 8}`);
    }
  return pageOf(lines);
}

/** As a cluster writes: many labels, most of whose values are said nowhere else. */
function cluster(): Buffer {
  const lines = ['# HELP kube_pod_info Information about pod.', '# TYPE kube_pod_info gauge'];
  for (let pod = 0; pod < 6000; pod++) {
    const id = Math.imul(pod + 1, 0x9e3779b1)
      .toString(16)
      .replace('-', '');
    lines.push(
      `kube_pod_info{namespace="team-${pod % 40}",pod="service-${pod % 300}-${id}",host_ip="10.0.${pod % 64}.${pod % 250}",pod_ip="10.${pod % 9}.${(pod >> 8) % 256}.${pod % 256}",node="worker-${pod % 64}.example.org",uid="${id}-4b1c-11ee-be56-${id}"} 1`,
    );
  }
  return pageOf(lines);
}

function pageOf(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** The same page in OpenMetrics: counters' families are named without their suffix. */
function openMetricsOf(page: Buffer): Buffer {
  return Buffer.from(`${page.toString().replace(/^(# (?:HELP|TYPE) \w+)_total /gm, '$1 ')}# EOF\n`);
}
