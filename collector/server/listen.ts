import { unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { CodedError } from '../../model/errors.ts';

/** Where a door is: an address of the network, or a Unix socket that only this user may open. */
export type Place = { readonly host: string; readonly port: number } | { readonly socket: string };

/** A door could not be opened; the message says which, why, and what to change. */
export class CannotListen extends CodedError {
  readonly code = 'cannot-listen';
}

/** Lets the server listen at the place; rejects with `CannotListen`. A socket left behind by a box that was killed is replaced. */
export async function listenAt(server: Server, place: Place, setting?: string): Promise<void> {
  try {
    if ('socket' in place) await listenAtSocket(server, place.socket);
    else await listening(server, () => server.listen({ host: place.host, port: place.port, backlog: 1024 }));
  } catch (cause) {
    throw new CannotListen(words(place, (cause as NodeJS.ErrnoException).code ?? String(cause), setting), { cause });
  }
}

async function listenAtSocket(server: Server, path: string): Promise<void> {
  if (await answers(path)) throw Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
  try {
    unlinkSync(path);
  } catch {}
  // bind() happens inside listen(): with this mask the socket is never open to others, not for an instant.
  const mask = process.umask(0o177);
  try {
    await listening(server, () => server.listen({ path }));
  } finally {
    process.umask(mask);
  }
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listen();
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function words(place: Place, code: string, setting: string | undefined): string {
  if ('socket' in place) {
    if (code === 'EADDRINUSE') return `${place.socket}: another Signalbox is running on this state directory.`;
    if (Buffer.byteLength(place.socket) > 107)
      return `${place.socket}: the path of a socket may have at most 107 bytes; choose a shorter state directory.`;
    return `${place.socket}: cannot open this socket (${code}).`;
  }
  const address = `${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`;
  const change = setting === undefined ? 'choose another port' : `change ${setting} in the configuration`;
  if (code === 'EADDRINUSE') return `${address} is already in use by another program: stop that program, or ${change}.`;
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine: ${change}.`;
  if (code === 'EACCES') return `${address}: ports below 1024 need a right this user does not have: ${change}.`;
  return `${address}: cannot listen there (${code}): ${change}.`;
}
