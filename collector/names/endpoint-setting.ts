import { z } from 'zod';
import { type Endpoint, isHost, parseEndpoint } from './endpoint.ts';

/** A `host:port` of the settings; with a default port, a host alone too. */
export function endpoint(defaultPort?: number) {
  const wanted =
    defaultPort === undefined
      ? 'host:port, as example.net:6697 or [2001:db8::1]:25'
      : `host or host:port (${defaultPort} when not given)`;
  return z
    .string()
    .transform((text, context): Endpoint => {
      const parsed = parseEndpoint(text, defaultPort);
      if (parsed !== undefined) return parsed;
      context.issues.push({ code: 'custom', input: text, message: wanted });
      return z.NEVER;
    })
    .meta({ type: 'string', examples: defaultPort === undefined ? ['example.net:6697'] : ['example.net', '[::1]:53'] });
}

/** The name or address of a machine. */
export function host() {
  return z.string().refine(isHost, { message: 'a host name or an IP address' });
}
