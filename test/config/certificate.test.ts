// The files of the certificate: what is wrong with them is told with its setting, before anybody calls.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { readCertificate } from '../../src/config/certificate.ts';
import { createAuthority } from '../support/certificates.ts';
import { KEY, load, problemsOf, settingOf, warningsOf } from '../support/loading.ts';

const folder = t.testdir();
const authority = createAuthority();
const issued = authority.issue(['worker.example', '127.0.0.1']);
const other = authority.issue(['other.example']);

const encrypted = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: {
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'PLANTED',
  },
}).privateKey;

/** Names files with these texts in the settings. */
function files({ key = issued.key, cert = issued.cert } = {}) {
  const own = mkdtempSync(`${folder}/`);
  const named = { SSL_KEYFILE: `${own}/key.pem`, SSL_CERTFILE: `${own}/cert.pem` };
  writeFileSync(named.SSL_KEYFILE, key);
  writeFileSync(named.SSL_CERTFILE, cert);
  return named;
}

t.test('a certificate and its key are taken, with or without others behind it', async (t) => {
  for (const cert of [issued.cert, issued.cert + authority.cert]) {
    const env = { ...KEY, SSL: 'true', ...files({ cert }) };
    t.strictSame(warningsOf(load([], env)), []);
    t.equal(settingOf(load(['--ssl'], { ...env, SSL: '' }), 'ssl'), true);
    const { SSL_KEYFILE: sslKeyFile, SSL_CERTFILE: sslCertFile } = env;
    t.strictSame(readCertificate({ sslKeyFile, sslCertFile, workerAddress: '' }), {
      ...{ ok: true, warnings: [] },
      certificate: { key: issued.key, cert },
    });
  }
});

t.test('what cannot be used is told in one line for each file', async (t) => {
  const noKey = 'SSL_KEYFILE: holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)';
  const noCert = 'SSL_CERTFILE: holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)';
  const broken = '-----BEGIN CERTIFICATE-----\nPLANTED\n-----END CERTIFICATE-----\n';
  for (const [env, problems] of [
    [{}, ['SSL_KEYFILE', 'SSL_CERTFILE'].map((name) => `${name}: is required with --ssl / SSL`)],
    [
      { SSL_KEYFILE: '/no/PLANTED', SSL_CERTFILE: folder },
      [
        'SSL_KEYFILE: cannot read the file it names (ENOENT)',
        'SSL_CERTFILE: cannot read the file it names (EISDIR)',
      ],
    ],
    [files({ key: issued.cert, cert: issued.key }), [noKey, noCert]],
    [
      files({ key: encrypted }),
      [
        'SSL_KEYFILE: the key has a passphrase: write it without one, with openssl pkey -in … -out …',
      ],
    ],
    [
      files({ key: broken.replaceAll('CERTIFICATE', 'PRIVATE KEY'), cert: broken }),
      ['SSL_KEYFILE', 'SSL_CERTFILE'].map(
        (name) => `${name}: cannot be read as what it says it is`,
      ),
    ],
    [
      files({ key: other.key }),
      [
        'SSL_KEYFILE: is not the key of SSL_CERTFILE, in which the certificate of this worker comes ' +
          'first and those that signed it after',
      ],
    ],
    [
      files({ cert: issued.cert + broken }),
      ['SSL_CERTFILE: cannot be used for TLS (ERR_OSSL_PEM_BAD_BASE64_DECODE)'],
    ],
  ] as const) {
    t.strictSame(problemsOf(load([], { ...KEY, SSL: 'true', ...env })), problems);
  }
});

t.test('what callers will refuse is a warning', async (t) => {
  const day = 24 * 3_600_000;
  const from = new Date(Date.now() - 30 * day);
  const at = (days: number) => new Date(Date.now() + days * day);
  for (const [more, address, warning] of [
    [{ from, to: at(-1) }, '', /^SSL_CERTFILE: has expired \(.*\): callers refuse it$/],
    [{ from, to: at(13) }, '', /^SSL_CERTFILE: expires soon \(.*\)$/],
    [{ from: at(1), to: at(90) }, '', /^SSL_CERTFILE: is not valid yet \(from .* on\)$/],
    [
      {},
      'https://10.1.1.1:1',
      /^SSL_CERTFILE: is not made out to 10\.1\.1\.1, the host of WORKER_/,
    ],
    [{}, 'https://u:p@else.example/p', /^SSL_CERTFILE: is not made out to else\.example/],
    [{}, 'https://[::1]:1', /^SSL_CERTFILE: is not made out to ::1/],
    [{}, 'http://127.0.0.1:1', /^--worker-address \/ WORKER_ADDRESS: begins with http:\/\/ while/],
  ] as const) {
    const cert = authority.issue(['worker.example', '127.0.0.1'], more);
    const env = { ...KEY, SSL: 'true', ...files(cert), WORKER_ADDRESS: address };
    const warnings = warningsOf(load([], env));
    t.match(warnings, [warning]);
    t.equal(warnings.length, 1);
  }
  for (const address of [
    'https://worker.example:1',
    'https://127.0.0.1',
    'https://u:p@auto',
    'auto',
  ]) {
    const env = { ...KEY, SSL: 'true', ...files(), WORKER_ADDRESS: address };
    t.strictSame(warningsOf(load([], env)), [], address);
  }
});

t.test('files without the switch are told, and not looked at', async (t) => {
  const env = { ...KEY, SSL_KEYFILE: '/no/such', SSL_CERTFILE: '/no/such' };
  t.match(warningsOf(load([], env)), [/^--ssl \/ SSL: SSL_KEYFILE and SSL_CERTFILE are given/]);
  t.strictSame(warningsOf(load([], { ...env, SSL_KEYFILE: '' })), []);
  t.match(problemsOf(load([], { ...env, SSL: 'maybe' })), [/^--ssl \/ SSL: must be true or false/]);
  t.equal(problemsOf(load([], { ...env, SSL: 'maybe' })).length, 1);
});
