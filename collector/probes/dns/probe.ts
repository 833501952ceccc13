import type { Evidence, Finding } from '../../../model/finding.ts';
import { sample } from '../../../model/metric.ts';
import { connection } from '../../../model/metrics/connection.ts';
import { dns } from '../../../model/metrics/dns.ts';
import { oneLine } from '../../../model/outside-text.ts';
import type { Probe, ProbeContext } from '../../../model/probe.ts';
import { ours, reason, reasonInWords, targetAfter } from '../../../model/reason.ts';
import type { Sample } from '../../../model/sample.ts';
import type { Endpoint } from '../../names/endpoint.ts';
import { type Asked, askInTurn, askServer, systemServers } from './ask.ts';
import { questionName } from './domain-name.ts';
import { recordText } from './record-text.ts';
import type { DnsSpec } from './spec.ts';
import { judgeServers, serialOf } from './verdict.ts';

/** Asks name servers a question and judges what they say. */
export const probe: Probe<DnsSpec> = async (spec, context) => {
  const question = { name: questionName(spec.name, spec.type), type: spec.type, recursion: spec.recursion };
  const ask = (server: Endpoint, signal: AbortSignal) => askServer(server, question, spec.transport, context, signal);
  const asked = await askThem(spec, context, ask);
  const judged = judgeServers(asked, spec, spec.servers !== undefined);
  return {
    verdict: judged.verdict,
    reason: reason`${targetAfter('', spec.name)} ${ours(spec.type)}: ${judged.reason}`,
    phases: phasesOf(asked),
    samples: samplesOf(asked),
    ...(judged.verdict !== 'up' && { evidence: evidenceOf(asked) }),
  } satisfies Finding;
};

type Ask = (server: Endpoint, signal: AbortSignal) => Promise<Asked>;

async function askThem(spec: DnsSpec, context: ProbeContext, ask: Ask): Promise<Asked[]> {
  if (spec.servers === undefined) return askInTurn(await systemServers(), ask, context);
  return Promise.all(spec.servers.map((server) => ask(server, context.signal)));
}

function phasesOf(asked: readonly Asked[]): Record<string, number> {
  const [only] = asked;
  if (asked.length === 1 && only !== undefined) return { resolve: only.resolveMs, request: only.requestMs };
  return Object.fromEntries(asked.map((one) => [one.server, one.resolveMs + one.requestMs]));
}

function samplesOf(asked: readonly Asked[]): Sample[] {
  const told = asked.find((one) => one.reply !== undefined);
  const of = told ?? asked[0];
  const samples = [sample(dns.querySucceeded, told === undefined ? 0 : 1)];
  if (of !== undefined) {
    samples.push(
      sample(connection.dnsLookupTime, of.resolveMs / 1_000),
      sample(dns.duration, of.resolveMs / 1_000, { phase: 'resolve' }),
      sample(dns.duration, of.requestMs / 1_000, { phase: 'request' }),
    );
    if (of.address !== undefined) samples.push(sample(connection.ipProtocol, of.address.family));
  }
  if (told?.reply !== undefined) {
    const { answers, authorities, additionals } = told.reply;
    const serial = serialOf(told.reply);
    samples.push(
      sample(dns.answers, answers.length),
      sample(dns.authorities, authorities.length),
      sample(dns.additionals, additionals.length),
    );
    if (serial !== undefined) samples.push(sample(dns.serial, serial));
  }
  if (asked.length > 1) for (const one of asked) samples.push(...serverSamples(one));
  return samples;
}

function serverSamples({ server, reply, requestMs }: Asked): Sample[] {
  if (reply === undefined) return [sample(dns.serverAnswered, 0, { server })];
  const serial = serialOf(reply);
  return [
    sample(dns.serverAnswered, 1, { server }),
    sample(dns.serverDuration, requestMs / 1_000, { server }),
    ...(serial === undefined ? [] : [sample(dns.serverSerial, serial, { server })]),
  ];
}

const MOST_RECORDS = 20;

function evidenceOf(asked: readonly Asked[]): Evidence {
  const lines = asked.map(({ server, reply, failure }): [string, string[]] => {
    if (reply === undefined) return [server, [failure === undefined ? 'does not answer' : reasonInWords(failure)]];
    const records = [...reply.answers, ...reply.authorities].slice(0, MOST_RECORDS);
    const texts = records.map((record) => oneLine(`${record.name} ${record.type} ${recordText(record)}`, 200));
    return [server, [`${reply.rcode}${reply.authoritative ? ', authoritative' : ''}`, ...texts]];
  });
  return Object.fromEntries(lines);
}
