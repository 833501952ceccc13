import { type Answer, decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';

export interface Question {
  readonly name: string;
  readonly type: RecordType;
  readonly recursion: boolean;
}

/** What a name server said. */
export interface Reply {
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
}

/** A message that came back: the reply, or why there is none in it. */
export type Read = Reply | 'not ours' | 'malformed' | 'truncated';

const HEADER_BYTES = 12;
const RCODE_NAMES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** A question in wire format (RFC 1035 section 4). */
export function encodeQuestion(question: Question, id: number): Buffer {
  const { name, type, recursion } = question;
  return encode({
    type: 'query',
    id,
    flags: recursion ? RECURSION_DESIRED : 0,
    questions: [{ name, type, class: 'IN' }],
  });
}

/** Reads a message from the network; anything may be in it, and nothing in it makes this throw. */
export function readReply(message: Buffer, question: Question, id: number): Read {
  if (message.length < HEADER_BYTES || message.readUInt16BE(0) !== id) return 'not ours';
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) === 0) return 'not ours';
  // A truncated message may end in the middle of a record; only its header counts.
  if ((flags & 0x0200) !== 0) return 'truncated';
  try {
    const { questions = [], answers = [], authorities = [], additionals = [] } = decode(message);
    // The library reads on past the end where a record claims to be longer than the message.
    if (decode.bytes > message.length) return 'malformed';
    const [asked] = questions;
    const code = flags & 0x000f;
    // A server that could not make sense of a question need not repeat it.
    if (asked === undefined ? code === 0 : !isSame(asked, question)) return 'not ours';
    const rcode = RCODE_NAMES[code] ?? `RCODE ${code}`;
    return { rcode, authoritative: (flags & 0x0400) !== 0, answers, authorities, additionals };
  } catch {
    return 'malformed';
  }
}

function isSame(asked: { name: string; type: string }, question: Question): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/\.$/, '');
  return plain(asked.name) === plain(question.name) && asked.type === question.type;
}
