// Whom this process trusts, and what FastChat's processes need to trust the worker.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Check, type Outcome, outcome, withSettings } from '../check.ts';
import type { Visit } from '../visit.ts';

const BOTH =
  "signed by an authority of your own, it needs REQUESTS_CA_BUNDLE and SSL_CERT_FILE in FastChat's " +
  'processes, both: with the second alone chats work until somebody asks for /v1/models';

export const tlsCheck: Check = {
  id: 'tls',
  title: 'NODE_EXTRA_CA_CERTS, NODE_TLS_REJECT_UNAUTHORIZED, and what SSL asks of FastChat',
  cost: 'local',
  needs: [],
  run: withSettings(async ({ tls }, visit) => {
    const problem = problemOfTrust(visit);
    if (problem !== null) return problem;
    const found = trustOf(visit);
    if (!tls.ssl) return outcome('ok', found);
    return outcome('ok', `${found}; the worker serves https`, { details: [BOTH] });
  }),
};

function trustOf({ env }: Visit): string {
  const file = env['NODE_EXTRA_CA_CERTS'];
  return file ? `authorities of ${file} are trusted too` : 'the usual authorities are trusted';
}

function problemOfTrust({ env }: Visit): Outcome | null {
  const file = env['NODE_EXTRA_CA_CERTS'];
  if (file && !holdsCertificate(file)) {
    return outcome('fail', 'NODE_EXTRA_CA_CERTS names no file with a certificate', {
      remedy: ['NODE_EXTRA_CA_CERTS=FILE with certificates in PEM, readable for this user'],
    });
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return null;
  return outcome('warn', "GLM's certificate is not checked: whoever is on the way gets the key", {
    remedy: [
      'unset NODE_TLS_REJECT_UNAUTHORIZED',
      'for an authority of your own: NODE_EXTRA_CA_CERTS=FILE',
    ],
  });
}

function holdsCertificate(file: string): boolean {
  try {
    new X509Certificate(readFileSync(file));
    return true;
  } catch {
    return false;
  }
}
