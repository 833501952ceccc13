import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { Address } from '../../../model/probe.ts';
import { findProgram } from '../../../programs/find-program.ts';
import type { Burst } from './burst.ts';
import { readFping, readPing } from './ping-output.ts';

/** How to send one burst. */
export interface Order {
  readonly target: Address;
  readonly count: number;
  readonly intervalMs: number;
  readonly size: number;
  /** How long the last ping's answer is waited for. */
  readonly waitMs: number;
}

/** A program that can ping. */
export interface PingProgram {
  readonly name: 'fping' | 'ping';
  readonly path: string;
  readonly argumentsFor: (order: Order) => string[];
  /** What its output says, standard output and error together; undefined when it did not come to send. */
  readonly read: (output: string) => Burst | undefined;
}

/** The programs that are installed, the better one first: fping says more exactly which pings were lost. */
export async function findPingPrograms(path: string): Promise<PingProgram[]> {
  const fping = await findProgram('fping', path);
  const ping = await findProgram('ping', path);
  return [
    ...(fping === undefined
      ? []
      : [{ name: 'fping' as const, path: fping, argumentsFor: fpingArguments, read: readFping }]),
    ...(ping === undefined ? [] : [pingAt(ping)]),
  ];
}

function fpingArguments({ target, count, intervalMs, size, waitMs }: Order): string[] {
  const numbers = ['-C', count, '-p', intervalMs, '-t', Math.max(50, Math.round(waitMs)), '-b', size];
  return [`-${target.family}`, ...numbers.map(String), target.address];
}

function pingAt(path: string): PingProgram {
  // Busybox has no -n, and never asks for names.
  const isBusybox = basename(realpathSync(path)).includes('busybox');
  return {
    name: 'ping',
    path,
    read: readPing,
    argumentsFor: ({ target, count, intervalMs, size, waitMs }) => [
      ...(isBusybox ? [] : ['-n']),
      `-${target.family}`,
      ...['-c', String(count), '-i', String(intervalMs / 1_000), '-s', String(size)],
      // Busybox and older iputils know whole seconds only.
      ...['-W', String(Math.max(1, Math.round(waitMs / 1_000)))],
      target.address,
    ],
  };
}
