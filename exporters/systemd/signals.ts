import type { Message } from './bus/message.ts';
import type { Reader, Value } from './bus/reader.ts';
import type { UnitNews } from './failures.ts';
import { unitAt } from './systemd-calls.ts';

/** What a signal says. */
export type Heard =
  | { readonly what: 'unit'; readonly unit: string; readonly news: UnitNews }
  | { readonly what: 'removed'; readonly unit: string }
  | { readonly what: 'job'; readonly result: string }
  /** Systemd came to the bus, or came back to it. */
  | { readonly what: 'arrived' };

/** Reads a signal of systemd's or of the bus's; undefined when it says nothing that is wanted. */
export function readSignal(signal: Message): Heard | undefined {
  switch (signal.member) {
    case 'PropertiesChanged': {
      const unit = unitAt(signal.path);
      if (unit === undefined || signal.signature !== 'sa{sv}as') return undefined;
      const body = signal.body();
      body.read('s');
      return { what: 'unit', unit, news: newsOf(body.read('a{sv}') as Readonly<Record<string, Value>>) };
    }
    case 'UnitRemoved':
      return signal.signature === 'so' ? { what: 'removed', unit: String(signal.body().read('s')) } : undefined;
    case 'JobRemoved': {
      if (signal.signature !== 'uoss') return undefined;
      return { what: 'job', result: String([...'uoss'].map(reading(signal.body())).at(-1)) };
    }
    case 'NameOwnerChanged': {
      if (signal.signature !== 'sss') return undefined;
      const [, , owner] = [...'sss'].map(reading(signal.body()));
      return owner === '' ? undefined : { what: 'arrived' };
    }
    default:
      return undefined;
  }
}

function reading(body: Reader): (type: string) => Value {
  return (type) => body.read(type);
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
