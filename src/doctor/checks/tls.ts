// Certificates: variables that change whom Node trusts, and the worker's own certificate.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostOf } from '../../app/addresses.ts';
import type { Settings } from '../../config/slices.ts';
import { reasonOf } from '../../config/text-file.ts';
import { type Check, type Outcome, outcome, withSettings } from '../check.ts';
import type { Visit } from '../visit.ts';

export const tlsCheck: Check = {
  id: 'tls',
  title:
    'NODE_EXTRA_CA_CERTS and NODE_TLS_REJECT_UNAUTHORIZED, and the certificate of SSL_CERTFILE',
  cost: 'local',
  needs: [],
  run: withSettings(async (settings, visit) => {
    const problem = problemOfTrust(visit) ?? (settings.tls.ssl ? problemOfOwn(settings) : null);
    if (problem !== null) return problem;
    if (settings.tls.ssl) return ownCertificate(settings);
    return outcome('ok', trustOf(visit));
  }),
};

function trustOf({ env }: Visit): string {
  const file = env['NODE_EXTRA_CA_CERTS'];
  return file ? `authorities of ${file} are trusted too` : 'the usual authorities are trusted';
}

function problemOfTrust({ env }: Visit): Outcome | null {
  const file = env['NODE_EXTRA_CA_CERTS'];
  const unreadable = file ? problemOfFile('NODE_EXTRA_CA_CERTS', file) : null;
  if (unreadable !== null) return unreadable;
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return null;
  return outcome('warn', 'the certificate of GLM is not checked: anybody on the way gets the key', {
    remedy: [
      'unset NODE_TLS_REJECT_UNAUTHORIZED; for an authority of your own NODE_EXTRA_CA_CERTS=FILE',
    ],
  });
}

function problemOfFile(variable: string, file: string): Outcome | null {
  try {
    new X509Certificate(readFileSync(file));
    return null;
  } catch (error) {
    const code = reasonOf(error);
    const why = code === 'undefined' || code.startsWith('ERR_') ? 'holds no certificate' : code;
    return outcome('fail', `the file of ${variable} cannot be used: ${why}`, {
      remedy: [`${variable}=FILE with a certificate in PEM`],
    });
  }
}

/** What keeps callers from trusting the worker. */
function problemOfOwn({ tls, controller }: Settings): Outcome | null {
  const unreadable = problemOfFile('SSL_CERTFILE', tls.sslCertFile) ?? problemOfKey(tls);
  if (unreadable !== null) return unreadable;
  const { workerAddress } = controller;
  if (workerAddress.startsWith('http:')) {
    return outcome('fail', 'the worker serves https, and callers are told http', {
      remedy: [`WORKER_ADDRESS=${workerAddress.replace('http:', 'https:')}`],
    });
  }
  return problemOfCertificate(certificateOf(tls), hostOf(workerAddress));
}

function certificateOf({ sslCertFile }: Settings['tls']): X509Certificate {
  return new X509Certificate(readFileSync(sslCertFile));
}

function problemOfKey({ sslKeyFile, sslCertFile }: Settings['tls']): Outcome | null {
  try {
    const key = createPrivateKey(readFileSync(sslKeyFile));
    if (certificateOf({ ssl: true, sslKeyFile, sslCertFile }).checkPrivateKey(key)) return null;
    return outcome('fail', 'the key of SSL_KEYFILE is not that of the certificate', {
      remedy: ['SSL_KEYFILE=FILE with the key that SSL_CERTFILE was made for'],
    });
  } catch {
    return outcome('fail', 'the file of SSL_KEYFILE cannot be read, or holds no private key', {
      remedy: ['SSL_KEYFILE=FILE with the private key in PEM, readable for this user'],
    });
  }
}

function problemOfCertificate(certificate: X509Certificate, host: string): Outcome | null {
  const until = new Date(certificate.validTo);
  if (until.getTime() < Date.now()) {
    return outcome('fail', `the certificate has expired on ${dayOf(until)}`, {
      remedy: ['put a new one into the file of SSL_CERTFILE, then kill -HUP the worker'],
    });
  }
  if (host === '' || isFor(certificate, host)) return null;
  return outcome('fail', `the certificate is not for ${host}, so that FastChat refuses it`, {
    remedy: [`SSL_CERTFILE=FILE with a certificate for ${host}, or WORKER_ADDRESS with its name`],
  });
}

function isFor(certificate: X509Certificate, host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  const found = isIP(bare) === 0 ? certificate.checkHost(bare) : certificate.checkIP(bare);
  return found !== undefined;
}

function ownCertificate({ tls }: Settings): Outcome {
  const until = dayOf(new Date(certificateOf(tls).validTo));
  return outcome('ok', `https with the certificate of SSL_CERTFILE, valid until ${until}`, {
    details: [
      'signed by an authority of your own? FastChat needs REQUESTS_CA_BUNDLE and SSL_CERT_FILE, both',
    ],
  });
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
