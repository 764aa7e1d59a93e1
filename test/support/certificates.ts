// Makes certificates of an authority of our own, as an operator would with openssl: X.509 in DER (RFC 5280).

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, as PEM. */
export interface Issued {
  readonly key: string;
  readonly cert: string;
}

/** Somebody who signs. */
export interface Authority extends Issued {
  /** A certificate for these names and addresses. */
  issue(hosts: readonly string[], more?: { from?: Date; to?: Date }): Issued;
}

const DAY_MS = 24 * 3_600_000;

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const octets = (...parts: readonly Uint8Array[]) => der(0x04, ...parts);
const bits = (bytes: Uint8Array, unused = 0) => der(0x03, Buffer.from([unused]), bytes);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const TRUE = der(0x01, Buffer.from([0xff]));

/** ecdsa-with-SHA256 */
const ALGORITHM = sequence(oid('2a8648ce3d040302'));

/** A name with a common name alone. */
const nameOf = (text: string) =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));

const timeOf = (date: Date) =>
  der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\..*/g, '')}Z`));

function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [TRUE] : []), octets(value));
}

const keyId = (key: KeyObject) =>
  createHash('sha1')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest();

/** Names are DNS names or IPv4 addresses. */
function altNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) === 4
      ? der(0x87, Buffer.from(host.split('.').map(Number)))
      : der(0x82, Buffer.from(host)),
  );
  return extension('551d11', sequence(...names));
}

interface Wanted {
  readonly subject: string;
  readonly key: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly from: Date;
  readonly to: Date;
  readonly extensions: readonly Uint8Array[];
}

function certify({ subject, key, issuer, issuerKey, from, to, extensions }: Wanted): Issued {
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const ids = [
    extension('551d0e', octets(keyId(key))),
    extension('551d23', sequence(der(0x80, keyId(issuerKey)))),
  ];
  const toSign = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ALGORITHM,
    nameOf(issuer),
    sequence(timeOf(from), timeOf(to)),
    nameOf(subject),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...ids, ...extensions)),
  );
  const signature = sign('sha256', toSign, issuerKey);
  const cert = sequence(toSign, ALGORITHM, bits(signature)).toString('base64');
  const lines = String(cert.match(/.{1,64}/g)?.join('\n'));
  return {
    key: String(key.export({ type: 'pkcs8', format: 'pem' })),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** An authority that nobody knows by itself. */
export function createAuthority(): Authority {
  const name = 'glm-worker test authority';
  const authorityKey = newKey();
  const from = new Date(Date.now() - DAY_MS);
  const to = new Date(Date.now() + 90 * DAY_MS);
  const signing = { issuer: name, issuerKey: authorityKey, from, to };
  // May sign certificates: keyCertSign is the sixth bit.
  const isAuthority = [
    extension('551d13', sequence(TRUE), true),
    extension('551d0f', bits(Buffer.from([0x04]), 2), true),
  ];
  const own = { subject: name, key: authorityKey, extensions: isAuthority };
  return {
    ...certify({ ...signing, ...own }),
    issue: (hosts, more = {}) => {
      const extensions = [extension('551d13', sequence(), true), altNames(hosts)];
      const subject = String(hosts[0]);
      return certify({ ...signing, ...more, subject, key: newKey(), extensions });
    },
  };
}
