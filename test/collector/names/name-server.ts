import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type Answer, decode, encode, type Question } from 'dns-packet';

export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/** What a name server of the tests does with a question. */
export interface Behaviour {
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  readonly additionals?: readonly Answer[];
  readonly rcode?: keyof typeof RCODE;
  readonly silent?: boolean;
  /** The UDP message says that it was cut. */
  readonly truncated?: boolean;
  /** Bytes to send instead, made from the question as it came. */
  readonly raw?: (question: Buffer) => readonly Buffer[];
  /** Milliseconds to wait before answering. */
  readonly after?: number;
}

export type Asked = Question & { readonly transport: 'udp' | 'tcp'; readonly recursion: boolean };

export interface NameServer {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Every question that came, in order. */
  readonly asked: Asked[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a name server on one free port for UDP and TCP that behaves as told. */
export async function startNameServer(behave: (asked: Asked) => Behaviour, host = '127.0.0.1'): Promise<NameServer> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const tcp = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('close', () => sockets.delete(socket));
    socket.on('data', (data: Buffer) =>
      respond(data.subarray(2), 'tcp', (message) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(Buffer.concat([length, message]));
      }),
    );
  });

  function respond(message: Buffer, transport: 'udp' | 'tcp', send: (message: Buffer) => void): void {
    const query = decode(message);
    const question = query.questions?.[0];
    if (question === undefined) return;
    const one = { ...question, transport, recursion: query.flag_rd };
    asked.push(one);
    const behaviour = behave(one);
    if (behaviour.silent) return;
    const answer = () => {
      if (behaviour.raw) for (const raw of behaviour.raw(message)) send(raw);
      else send(reply(query.id ?? 0, question, behaviour, transport));
    };
    if (behaviour.after === undefined) answer();
    else timers.add(setTimeout(answer, behaviour.after));
  }

  tcp.listen(0, host);
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  udp.on('message', (message: Buffer, from: RemoteInfo) =>
    respond(message, 'udp', (answer) => udp.send(answer, from.port, from.address)),
  );
  udp.bind(port, host);
  await once(udp, 'listening');
  return {
    port,
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      udp.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

function reply(id: number, question: Question, behaviour: Behaviour, transport: 'udp' | 'tcp'): Buffer {
  const truncated = behaviour.truncated === true && transport === 'udp';
  return encode({
    type: 'response',
    id,
    flags: 0x0400 | (truncated ? 0x0200 : 0) | RCODE[behaviour.rcode ?? 'NOERROR'],
    questions: [question],
    answers: truncated ? [] : [...(behaviour.answers ?? [])],
    authorities: [...(behaviour.authorities ?? [])],
    additionals: [...(behaviour.additionals ?? [])],
  });
}

export function a(name: string, data: string): Answer {
  return { type: 'A', name, ttl: 300, data };
}

export function aaaa(name: string, data: string): Answer {
  return { type: 'AAAA', name, ttl: 300, data };
}

export function soa(name: string, serial: number): Answer {
  const times = { refresh: 3_600, retry: 600, expire: 86_400, minimum: 60 };
  return { type: 'SOA', name, ttl: 300, data: { mname: `ns.${name}`, rname: `admin.${name}`, serial, ...times } };
}
