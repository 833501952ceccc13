import { THE_BUS } from '../../programs/dbus/connection.ts';
import type { Message } from '../../programs/dbus/message.ts';
import type { Reader, Value } from '../../programs/dbus/reader.ts';
import type { UnitNews } from './failures.ts';
import { MANAGER, unitAt } from './systemd-calls.ts';

/** What a signal says. */
export type Heard =
  | { readonly what: 'unit'; readonly unit: string; readonly news: UnitNews }
  | { readonly what: 'removed'; readonly unit: string }
  | { readonly what: 'job'; readonly result: string }
  /** Systemd begins to read its files anew, or has done so. */
  | { readonly what: 'reloading'; readonly active: boolean }
  /** Systemd came to the bus under this name of its own, or came back to it. */
  | { readonly what: 'arrived'; readonly owner: string };

/**
 * Reads a signal of the bus's, or of systemd's, whose own name on the bus is `systemd`; undefined when it says nothing that is wanted,
 * and when somebody else sent it.
 */
export function readSignal(signal: Message, systemd: string | undefined): Heard | undefined {
  if (signal.sender === THE_BUS.destination) return readArrival(signal);
  return signal.sender === systemd ? readNews(signal) : undefined;
}

function readArrival({ member, signature, body }: Message): Heard | undefined {
  if (member !== 'NameOwnerChanged' || signature !== 'sss') return undefined;
  const [name, , owner = ''] = textsOf(body(), 3);
  return name === MANAGER.destination && owner !== '' ? { what: 'arrived', owner } : undefined;
}

function readNews({ member, signature, path, body }: Message): Heard | undefined {
  switch (`${member}(${signature})`) {
    case 'PropertiesChanged(sa{sv}as)': {
      const unit = unitAt(path);
      if (unit === undefined) return undefined;
      const changed = body();
      changed.read('s');
      return { what: 'unit', unit, news: newsOf(changed.read('a{sv}') as Readonly<Record<string, Value>>) };
    }
    case 'UnitRemoved(so)':
      return { what: 'removed', unit: textsOf(body(), 1)[0] ?? '' };
    case 'JobRemoved(uoss)': {
      const job = body();
      job.read('u');
      return { what: 'job', result: textsOf(job, 3)[2] ?? '' };
    }
    case 'Reloading(b)':
      return { what: 'reloading', active: body().read('b') === true };
    default:
      return undefined;
  }
}

function textsOf(body: Reader, count: number): string[] {
  return Array.from({ length: count }, () => String(body.read('s')));
}

/** What properties say of a unit's state and of how its last run ended. */
export function newsOf(properties: Readonly<Record<string, Value>>): UnitNews {
  const { ActiveState, SubState, InvocationID, Result, ExecMainCode, ExecMainStatus, NRestarts } = properties;
  return {
    active: textOf(ActiveState),
    sub: textOf(SubState),
    invocation: invocationOf(InvocationID),
    result: textOf(Result),
    code: numberOf(ExecMainCode),
    status: numberOf(ExecMainStatus),
    restarts: numberOf(NRestarts),
  };
}

/** Sixteen bytes, or as systemctl writes them, as hexadecimal digits; undefined for a unit that has never run. */
function invocationOf(value: Value | undefined): string | undefined {
  const text = Array.isArray(value) ? Buffer.from(value as number[]).toString('hex') : textOf(value);
  return text !== undefined && /^[0-9a-f]{32}$/.test(text) && !/^0+$/.test(text) ? text : undefined;
}

/** A text that is one. */
export function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number, also as systemctl writes it; undefined when it is none, or systemd's way to say none. */
export function numberOf(value: Value | undefined): number | undefined {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
