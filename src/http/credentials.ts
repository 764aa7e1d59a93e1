// What callers prove who they are with, and how it is compared: in a time that tells nothing.

import { createHash, timingSafeEqual } from 'node:crypto';

/** Who is expected at an address. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Secrets of equal standing: a caller has to know one of them. */
export class KnownSecrets {
  #digests: readonly Buffer[] = [];

  constructor(secrets: readonly string[]) {
    this.replace(secrets);
  }

  get none(): boolean {
    return this.#digests.length === 0;
  }

  /** From now on these count, and no others. */
  replace(secrets: readonly string[]): void {
    this.#digests = secrets.map(digestOf);
  }

  /** Takes as long for every candidate of a length, whatever it has in common with a secret. */
  has(candidate: string | Uint8Array): boolean {
    const digest = digestOf(candidate);
    // All are compared: the first match must not end it sooner.
    const equal = this.#digests.map((known) => timingSafeEqual(known, digest));
    return equal.includes(true);
  }
}

/** One way to ask for a secret in the header `Authorization`. */
export interface Demand {
  readonly scheme: 'Basic' | 'Bearer';
  readonly secrets: KnownSecrets;
}

/** The secret that FastChat's HTTP clients make of credentials in an address. */
export function basicSecrets({ user, password }: Credentials): KnownSecrets {
  return new KnownSecrets([`${user}:${password}`]);
}

/** What became of a demand. */
export type Given = 'right' | 'wrong' | 'missing';

/** @param authorization the header as it came; undefined for none */
export function givenIn(authorization: string | undefined, { scheme, secrets }: Demand): Given {
  const [, asked, given] = /^(\S+) +(\S+) *$/.exec(authorization ?? '') ?? [];
  if (asked === undefined || given === undefined) return 'missing';
  if (asked.toLowerCase() !== scheme.toLowerCase()) return 'missing';
  const candidate = scheme === 'Basic' ? Buffer.from(given, 'base64') : given;
  return secrets.has(candidate) ? 'right' : 'wrong';
}

/** The header that names what is demanded; browsers ask their user for Basic. */
export function challengeOf({ scheme }: Demand): string {
  return scheme === 'Basic' ? 'Basic realm="glm-worker", charset="UTF-8"' : 'Bearer';
}

function digestOf(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
