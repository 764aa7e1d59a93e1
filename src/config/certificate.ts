// The certificate of the worker: read from its files, checked, and what is wrong with it in words.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { SimpleSettings } from './settings.ts';
import { readTextFile, reasonOf } from './text-file.ts';

/** Both as PEM; behind the certificate those that signed it. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export type CertificateResult =
  | { readonly ok: true; readonly certificate: Certificate; readonly warnings: readonly string[] }
  /** One line per problem, without the paths. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** A certificate that ends so soon is told, in milliseconds: two weeks. */
const SOON_MS = 14 * 24 * 3_600_000;

export type TlsFiles = Pick<SimpleSettings, 'sslKeyFile' | 'sslCertFile' | 'workerAddress'>;

/**
 * Reads and checks both files.
 * @param now milliseconds since the epoch
 */
export function readCertificate(files: TlsFiles, now = Date.now()): CertificateResult {
  const { sslKeyFile, sslCertFile } = files;
  const key = readPem('SSL_KEYFILE', sslKeyFile, privateKeyOf);
  const cert = readPem('SSL_CERTFILE', sslCertFile, leafOf);
  if (!key.ok || !cert.ok) {
    return { ok: false, problems: [key, cert].flatMap((file) => (file.ok ? [] : [file.problem])) };
  }
  const problem = problemOfPair(key, cert);
  if (problem !== null) return { ok: false, problems: [problem] };
  const certificate = { key: key.text, cert: cert.text };
  const warnings = warningsOf(cert.value, files.workerAddress, now);
  return { ok: true, certificate, warnings: warnings.map((text) => `SSL_CERTFILE: ${text}`) };
}

interface Pem<Value> {
  readonly ok: true;
  readonly text: string;
  readonly value: Value;
}

function readPem<Value>(
  variable: string,
  path: string,
  parse: (text: string) => Value,
): Pem<Value> | { readonly ok: false; readonly problem: string } {
  if (path === '') return { ok: false, problem: `${variable}: is required with --ssl / SSL` };
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    const problem = `${variable}: cannot read the file it names (${reasonOf(error)})`;
    return { ok: false, problem };
  }
  try {
    return { ok: true, text, value: parse(text) };
  } catch (error) {
    // Thrown by the two functions below, or by Node's parsers, whose words say nothing to anybody.
    const why = error instanceof Unusable ? error.message : 'cannot be read as what it says it is';
    return { ok: false, problem: `${variable}: ${why}` };
  }
}

class Unusable extends Error {}

function privateKeyOf(text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) {
    throw new Unusable(
      'the key has a passphrase: write it without one, with openssl pkey -in … -out …',
    );
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new Unusable('holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)');
  }
  return createPrivateKey(text);
}

/** The first certificate of the file. */
function leafOf(text: string): X509Certificate {
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Unusable('holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  }
  return new X509Certificate(text);
}

function problemOfPair(key: Pem<KeyObject>, cert: Pem<X509Certificate>): string | null {
  if (!cert.value.checkPrivateKey(key.value)) {
    return (
      'SSL_KEYFILE: is not the key of SSL_CERTFILE, in which the certificate of this worker comes ' +
      'first and those that signed it after'
    );
  }
  try {
    createSecureContext({ key: key.text, cert: cert.text });
    return null;
  } catch (error) {
    // What is too weak, or a chain that breaks off.
    return `SSL_CERTFILE: cannot be used for TLS (${reasonOf(error)})`;
  }
}

/** What callers will mind. */
function warningsOf(cert: X509Certificate, workerAddress: string, now: number): string[] {
  const warnings: string[] = [];
  const { validFrom, validTo } = cert;
  const left = Date.parse(validTo) - now;
  if (left <= 0) warnings.push(`has expired (${validTo}): callers refuse it`);
  else if (left < SOON_MS) warnings.push(`expires soon (${validTo})`);
  if (Date.parse(validFrom) > now) warnings.push(`is not valid yet (from ${validFrom} on)`);
  const host = hostIn(workerAddress);
  if (host !== '' && !isMadeOutTo(cert, host)) {
    warnings.push(`is not made out to ${host}, the host of WORKER_ADDRESS: callers refuse it`);
  }
  return warnings;
}

/** The host that callers compare with the certificate; '' where it is found out later. */
function hostIn(address: string): string {
  if (!address.startsWith('https:')) return '';
  const host = new URL(address).hostname.replace(/^\[(.*)\]$/, '$1');
  return host === 'auto' ? '' : host;
}

function isMadeOutTo(cert: X509Certificate, host: string): boolean {
  const found = isIP(host) === 0 ? cert.checkHost(host) : cert.checkIP(host);
  return found !== undefined;
}
