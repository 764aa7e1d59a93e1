// HTTPS: servers with a certificate that can be replaced while they run, and handshakes that fail.

import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { FastifyServerFactory } from 'fastify';
import type { Logger } from 'pino';
import { connectionLimits, isTlsError } from './connections.ts';
import { LogBudget } from './log-budget.ts';

/** PEM of a private key and of the certificates that begin with its own. */
export interface TlsCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Longest time for a handshake, in milliseconds; Node's own is two minutes. */
const HANDSHAKE_MS = 20_000;

/** What the codes of OpenSSL mean for whoever runs the caller; the first that fits counts. */
const REMEDIES: readonly (readonly [code: RegExp, remedy: string])[] = [
  [
    /HTTP_REQUEST/,
    'the caller speaks plain HTTP: its address of this worker must begin with https://',
  ],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_)/,
    'the caller does not trust the certificate: where FastChat runs, REQUESTS_CA_BUNDLE and ' +
      'SSL_CERT_FILE, both, name the certificate of your own authority',
  ],
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/, 'the caller knows no TLS 1.2'],
];

const OTHERWISE = 'whatever called is no HTTPS client, or was cut off';

export class TlsServers {
  readonly #logger: Logger;
  readonly #servers = new Set<Server>();
  readonly #budget = new LogBudget();
  #certificate: TlsCertificate;

  constructor(certificate: TlsCertificate, logger: Logger) {
    this.#certificate = certificate;
    this.#logger = logger;
  }

  /** Makes a server for Fastify, which wants one for each address of `localhost`. */
  readonly create: FastifyServerFactory = (handler) => {
    const { http, ...limits } = connectionLimits();
    const options = { ...limits, ...http, ...this.#context(), handshakeTimeout: HANDSHAKE_MS };
    const server = createServer(options, handler);
    // A server's connections are sockets, whatever the type says.
    server.on('clientError', (error, socket) => this.#tell(error, socket as Socket));
    this.#servers.add(server);
    return server;
  };

  /** New connections get this certificate; those that are open keep theirs. */
  replace(certificate: TlsCertificate): void {
    this.#certificate = certificate;
    for (const server of this.#servers) server.setSecureContext(this.#context());
  }

  #context(): SecureContextOptions {
    return { ...this.#certificate, minVersion: 'TLSv1.2' };
  }

  #tell(error: NodeJS.ErrnoException, { remoteAddress: caller }: Socket): void {
    if (!isTlsError(error)) return;
    const left = this.#budget.take();
    if (left === null) return;
    const code = String(error.code);
    const [, remedy = OTHERWISE] = REMEDIES.find(([form]) => form.test(code)) ?? [];
    this.#logger.warn({ caller, code, ...left, remedy }, 'TLS handshake failed');
  }
}
