import { z } from 'zod';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { reveal } from '../../../model/secret.ts';
import { pattern, textOrSecret } from '../../../model/settings.ts';
import { endpoint } from '../../names/endpoint-setting.ts';
import { type Contradiction, lintTlsSettings, tlsSettings } from '../tls/tls-settings.ts';
import { capturesIn, capturesUsed } from './captures.ts';

/** One step of a dialogue: exactly one of the three. */
const step = z
  .strictObject({
    send: textOrSecret().optional().describe('A text to send; `{1}` is what the last expect captured.'),
    expect: pattern().optional().describe('A regular expression that what comes must match.'),
    starttls: z.literal(true).optional().describe('Go on by TLS from here.'),
  })
  .refine((one) => Object.values(one).filter((value) => value !== undefined).length === 1, {
    message: 'one of send, expect and starttls in each step',
  });

const schema = z.strictObject({
  address: endpoint().describe('Where to connect: host:port.'),
  ip: z
    .union([z.literal(4), z.literal(6)])
    .optional()
    .describe('The address family to use. Whichever the name has when left out.'),
  tls: tlsSettings().optional().describe('Speak by TLS from the start: true, or what the connection must be like.'),
  expect: pattern().optional().describe('What the server must say by itself: the same as a talk of this one step.'),
  talk: z
    .array(step)
    .min(1)
    .max(100)
    .optional()
    .describe('A dialogue, step by step: each is one of send, expect and starttls.'),
});

/** Where to connect, whether by TLS, and what is said there. */
export type TcpSpec = z.output<typeof schema>;
export type Step = z.output<typeof step>;

export const settings: ProbeSpec<TcpSpec> = {
  schema,
  shorthand: 'address',
  traits: { by: 'a TCP connection' },
  port: ({ address }) => ({ protocol: 'tcp', number: address.port }),
  lint,
};

function lint(spec: TcpSpec): Contradiction[] {
  const talk = spec.talk ?? [];
  const found =
    spec.tls === undefined ? [] : lintTlsSettings(spec.tls).map((one) => ({ ...one, path: ['tls', ...one.path] }));
  if (spec.expect !== undefined && spec.talk !== undefined)
    found.push({ path: ['expect'], message: 'either expect or talk; in a talk it is a step of its own' });
  const starts = talk.flatMap((one, index) => (one.starttls ? [index] : []));
  for (const index of starts.slice(1))
    found.push({
      path: ['talk', index, 'starttls'],
      message: 'at most one starttls: the connection is secure already',
    });
  if (spec.tls !== undefined && starts.length === 0) return [...found, ...lintCaptures(talk)];
  if (starts[0] === 0)
    found.push({ path: ['talk', 0, 'starttls'], message: 'a step before it that asks the server for TLS' });
  return [...found, ...lintCaptures(talk)];
}

/** A `{1}` that no expect before it captured would be sent as it stands. */
function lintCaptures(talk: readonly Step[]): Contradiction[] {
  let known = new Set<string>();
  return talk.flatMap((one, index) => {
    if (one.expect !== undefined) known = new Set([...known, ...capturesIn(one.expect)]);
    const missing = one.send === undefined ? [] : capturesUsed(reveal(one.send)).filter((name) => !known.has(name));
    return missing.map((name) => ({
      path: ['talk', index, 'send'],
      message: `an expect before it that captures {${name}} with a group in parentheses`,
    }));
  });
}
