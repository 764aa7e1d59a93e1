// What the failures of a handshake mean, whoever caused them.

import type { EventEmitter } from 'node:events';
import t from 'tap';
import { TlsServers } from '../../src/http/tls.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { createAuthority } from '../support/certificates.ts';
import { createLogSink } from '../support/log-sink.ts';

t.test('each code of OpenSSL has its remedy, and what is no TLS is told elsewhere', async (t) => {
  const logs = createLogSink();
  const logger = createLogger({ level: 'info', redactor: new Redactor() }, logs);
  const servers = new TlsServers(createAuthority().issue(['localhost']), logger);
  const server: EventEmitter = servers.create(() => undefined, {});
  const socket = { remoteAddress: '10.0.0.7' };
  for (const [code, remedy] of [
    ['ERR_SSL_HTTP_REQUEST', /^the caller speaks plain HTTP/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /REQUESTS_CA_BUNDLE and SSL_CERT_FILE, both/],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', /REQUESTS_CA_BUNDLE and SSL_CERT_FILE, both/],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', /REQUESTS_CA_BUNDLE and SSL_CERT_FILE, both/],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', /^the caller knows no TLS 1\.2/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /^whatever called is no HTTPS client/],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', /^whatever called is no HTTPS client/],
  ] as const) {
    server.emit('clientError', Object.assign(new Error('x'), { code }), socket);
    t.match(logs.lines.at(-1), { code, caller: '10.0.0.7', remedy, msg: 'TLS handshake failed' });
  }
  const before = logs.lines.length;
  for (const error of [new Error('x'), Object.assign(new Error('x'), { code: 'HPE_INVALID' })]) {
    server.emit('clientError', error, socket);
  }
  t.equal(logs.lines.length, before);
});
