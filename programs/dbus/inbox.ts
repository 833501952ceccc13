import type { Socket } from 'node:net';
import { messageOf } from '../../model/errors.ts';
import { lengthOf, type Message, readMessage } from './message.ts';

/** So long may one turn of the loop go on reading what came. */
const TURN_MS = 4;
/** More than this waits in the socket, where it holds the sender up and not our memory. */
const LARGEST_WAITING = 8 * 1024 * 1024;

/**
 * Cuts what comes from a bus into messages and hands them on in their order, a few milliseconds a turn, however much comes at once.
 * `onBroken` is told in words when what comes makes no sense, or when `take` throws.
 */
export function createInbox(
  socket: Socket,
  take: (message: Message) => void,
  onBroken: (why: string) => void,
): { close(): void } {
  let chunks: Buffer[] = [];
  let waiting = 0;
  let wanted: number | undefined;
  let turn: NodeJS.Immediate | undefined;

  /** The first `length` bytes that wait, as one. */
  function front(length: number): Buffer {
    const [first] = chunks;
    if (first !== undefined && first.length >= length) return first;
    const joined = Buffer.concat(chunks);
    chunks = [joined];
    return joined;
  }

  function next(): Buffer | undefined {
    wanted ??= waiting < 16 ? undefined : lengthOf(front(16));
    if (wanted === undefined || waiting < wanted) return undefined;
    const bytes = front(wanted);
    chunks[0] = bytes.subarray(wanted);
    waiting -= wanted;
    const message = bytes.subarray(0, wanted);
    wanted = undefined;
    return message;
  }

  function read(): void {
    turn = undefined;
    const began = performance.now();
    try {
      for (let bytes = next(); bytes !== undefined; bytes = next()) {
        const message = readMessage(bytes);
        take(message);
        // Who waited for an answer goes on before what came after it.
        if (message.type === 'signal' && performance.now() - began < TURN_MS) continue;
        turn = setImmediate(read);
        return;
      }
    } catch (fault) {
      onBroken(`the bus was not understood: ${messageOf(fault)}`);
      return;
    }
    if (socket.isPaused()) socket.resume();
  }

  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    waiting += chunk.length;
    // A message that is larger must still be able to come.
    if (waiting > Math.max(LARGEST_WAITING, wanted ?? 0)) socket.pause();
    turn ??= setImmediate(read);
  });
  socket.resume();
  return {
    close() {
      clearImmediate(turn);
      turn = undefined;
      chunks = [];
      waiting = 0;
    },
  };
}
