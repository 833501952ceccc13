import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type DetailedPeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { Reason } from '../../model/reason.ts';
import type { Instant } from '../../model/time.ts';
import { type Certificate, distrustReason, readChain, tlsVersion } from './certificate.ts';

/** Who the server must be, and what we bring. */
export interface SecureOptions {
  /** The name that the certificate must be for, also sent to the server (SNI) unless it is an address. */
  readonly name: string;
  /** Authorities and client certificate; the usual authorities when absent. Make it once and keep it: it is costly. */
  readonly context?: SecureContext;
  readonly alpn?: readonly string[];
  /** The time by which a certificate's expiry is told. */
  readonly now: Instant;
}

/** A finished handshake. The server may be anyone as long as `distrust` is there. */
export interface Secured {
  readonly socket: TLSSocket;
  /** `TLS 1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** Read once, when first asked for; the server's own certificate first. */
  readonly chain: () => readonly Certificate[];
  /** Whether the server's certificate is for that name or address. Ask here: Node's getPeerX509Certificate answers only once. */
  readonly isFor: (name: string) => boolean;
  /** Why the certificate was not accepted, as a reason; undefined when it was. */
  readonly distrust?: Reason;
}

let usual: SecureContext | undefined;

/**
 * Speaks the TLS handshake over a connected socket and judges the certificate, without ending a connection that is not trusted:
 * the caller decides, and can show the chain. Rejects with the handshake's error, or with the signal's reason when it is
 * aborted; the socket is destroyed then.
 */
export function secure(socket: Socket, options: SecureOptions, signal: AbortSignal): Promise<Secured> {
  usual ??= createSecureContext();
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      socket.destroy();
      return reject(signal.reason);
    }
    let leaf: DetailedPeerCertificate | undefined;
    const tls = connect({
      socket,
      secureContext: options.context ?? (usual as SecureContext),
      rejectUnauthorized: false,
      // Node sends no name that is an address (RFC 6066, section 3), and neither must we.
      servername: isIP(options.name) === 0 ? options.name : '',
      ...(options.alpn && { ALPNProtocols: [...options.alpn] }),
      checkServerIdentity: (_name, certificate) => {
        leaf = certificate as DetailedPeerCertificate;
        return checkServerIdentity(options.name, certificate);
      },
    });
    const settle = (): void => {
      signal.removeEventListener('abort', giveUp);
      // Whoever takes it over listens itself; an error before that must not end the process.
      tls.off('error', fail).on('error', () => {});
      tls.off('close', closed);
    };
    const fail = (error: unknown): void => {
      settle();
      tls.destroy();
      socket.destroy();
      reject(error);
    };
    const giveUp = (): void => fail(signal.reason);
    const closed = (): void => fail(Object.assign(new Error('closed in the TLS handshake'), { code: 'ECONNRESET' }));
    signal.addEventListener('abort', giveUp);
    tls.once('error', fail);
    tls.once('close', closed);
    tls.once('secureConnect', () => {
      settle();
      leaf ??= tls.getPeerCertificate(true);
      resolve(describe(tls, leaf, options));
    });
  });
}

function describe(socket: TLSSocket, leaf: DetailedPeerCertificate, options: SecureOptions): Secured {
  let chain: readonly Certificate[] | undefined;
  const read = (): readonly Certificate[] => {
    chain ??= readChain(leaf);
    return chain;
  };
  // Node's types say Error, Node gives the code as text; an error of the identity check has its code inside.
  const trouble: unknown = socket.authorizationError;
  const code = trouble instanceof Error ? ((trouble as NodeJS.ErrnoException).code ?? trouble.message) : trouble;
  return {
    socket,
    version: tlsVersion(socket),
    cipher: socket.getCipher()?.standardName ?? '',
    chain: read,
    isFor: (name) => leaf.raw !== undefined && checkServerIdentity(name, leaf) === undefined,
    ...(!socket.authorized && { distrust: distrustReason(String(code), read(), options.name, options.now) }),
  };
}
