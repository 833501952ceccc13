/** Where the parts of the demo world listen; signalbox.example.yml names the same ports. */
export const HOST = '127.0.0.1';
export const PORTS = { box: 8300, shop: 8311, api: 8312, tls: 8313, names: 8314, mail: 8315 };

/** Ends a part of the world. */
export type Stop = () => void;

/** Resolves once a server listens on its port; rejects in words when the port is taken. */
export function listen(
  server: {
    listen(port: number, host: string, done: () => void): unknown;
    once(event: 'error', fail: (error: Error) => void): unknown;
  },
  port: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
}
