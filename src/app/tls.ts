// HTTPS of the worker: its certificate, read at the start and again, and who trusts it.

import { rootCertificates } from 'node:tls';
import type { Logger } from 'pino';
import { Agent } from 'undici';
import { type Certificate, readCertificate } from '../config/certificate.ts';
import type { Settings } from '../config/slices.ts';
import type { TlsServers } from '../http/tls.ts';

/**
 * The certificate of the settings; null for plain HTTP.
 * @throws Error in one line, when a file is not any more what it was when the settings were checked
 */
export function certificateOf(settings: Settings): Certificate | null {
  if (!settings.tls.ssl) return null;
  const result = readCertificate({ ...settings.tls, ...settings.controller });
  if (!result.ok) throw new Error(result.problems.join('; '));
  return result.certificate;
}

/** Takes the certificate that is there now; one that cannot be used changes nothing. */
export function takeCertificate(tls: TlsServers, settings: Settings, logger: Logger): void {
  const result = readCertificate({ ...settings.tls, ...settings.controller });
  if (!result.ok) {
    logger.error({ why: result.problems.join('; ') }, 'certificate not taken, nothing changed');
    return;
  }
  tls.replace(result.certificate);
  for (const warning of result.warnings) logger.warn(warning);
  logger.info('certificate read again');
}

/**
 * The way that callers take to this worker. They know the authority behind its certificate, of which
 * this process has but the certificate itself.
 */
export function createCallersAgent(certificate: Certificate | null): Agent {
  if (certificate === null) return new Agent();
  const ca = [...rootCertificates, certificate.cert];
  return new Agent({ connect: { ca, allowPartialTrustChain: true } });
}
