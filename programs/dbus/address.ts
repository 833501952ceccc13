import type { NetConnectOpts } from 'node:net';

/**
 * Where a bus listens: a bare path, or an address as the D-Bus specification writes it (`unix:path=/run/dbus/system_bus_socket`);
 * of several the first that is a local socket. Undefined when there is none.
 */
export function socketOf(address: string): NetConnectOpts | undefined {
  if (address.startsWith('/')) return { path: address };
  for (const one of address.split(';')) {
    if (!one.startsWith('unix:')) continue;
    const pairs = one
      .slice('unix:'.length)
      .split(',')
      .map((pair) => pair.split('=', 2));
    const value = (key: string) => pairs.find(([name]) => name === key)?.[1];
    const path = value('path');
    const abstract = value('abstract');
    if (path) return { path: unescaped(path) };
    if (abstract) return { path: `\0${unescaped(abstract)}` };
  }
  return undefined;
}

function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
