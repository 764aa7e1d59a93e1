// Whether the settings of TLS fit together, and the files that they name.

import { readCertificate } from './certificate.ts';
import type { SimpleSettings } from './settings.ts';

interface Found {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Looks at the settings that passed their own checks; without TLS at no file. */
export function lookAtTls(settings: Partial<SimpleSettings>): Found {
  const { ssl, sslKeyFile = '', sslCertFile = '', workerAddress = '' } = settings;
  if (ssl !== true) {
    const forgotten = ssl === false && sslKeyFile !== '' && sslCertFile !== '';
    return { problems: [], warnings: forgotten ? [FORGOTTEN] : [] };
  }
  const read = readCertificate({ sslKeyFile, sslCertFile, workerAddress });
  if (!read.ok) return { problems: read.problems, warnings: [] };
  const plain = workerAddress.startsWith('http:') ? [PLAIN] : [];
  return { problems: [], warnings: [...read.warnings, ...plain] };
}

const FORGOTTEN =
  '--ssl / SSL: SSL_KEYFILE and SSL_CERTFILE are given, and count only with --ssl or SSL=true';

const PLAIN =
  '--worker-address / WORKER_ADDRESS: begins with http:// while SSL is on: callers need https://, ' +
  'unless a proxy in front of this worker takes http';
