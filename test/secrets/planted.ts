// Secrets of the forms that real ones have, and the search for them in what a program says.

import type { Test } from 'tap';

/** A key of GLM's, and none of anybody's. */
export const ID = '0123456789abcdef0123456789abcdef';
export const SECRET_HALF = 'Pl4ntedS3cretH4lf';
export const KEY = `${ID}.${SECRET_HALF}`;

/** A signed token as GLM's clients send it. */
export const TOKEN =
  'eyJhbGciOiJIUzI1NiIsInNpZ25fdHlwZSI6IlNJR04ifQ.eyJhcGlfa2V5IjoicGxhbnRlZCJ9.cGxhbnRlZC1zaWduYXR1cmU';

export const PASSWORDS = {
  worker: 'w0rkerPassw0rd',
  controller: 'c0ntr0llerPassw0rd',
  proxy: 'pr0xyPassw0rd',
} as const;

/** A key of callers of /v1. */
export const CALLER_KEY = 'c4llerK3yOfV1';

/** Somebody else's key with the word in front that makes it one. */
export const BEARER = 'Bearer s0mebodyElsesK3y42';

/** Every secret alone, as whoever finds one can use it. */
const SECRETS = [
  ...[ID, SECRET_HALF, CALLER_KEY, BEARER.slice(7), TOKEN],
  ...Object.values(PASSWORDS),
] as const;

/** Pieces of so many characters count as a leak. */
const PIECE = 8;

/** All pieces; nothing else that a program says has one of them in it. */
const PIECES: ReadonlySet<string> = new Set(SECRETS.flatMap(piecesOf));

function piecesOf(secret: string): string[] {
  return Array.from({ length: secret.length - PIECE + 1 }, (_, at) => secret.slice(at, at + PIECE));
}

/** What all outputs together held, and how many they were. */
export class Search {
  readonly #leaks: string[] = [];
  readonly #pieces: ReadonlySet<string>;
  outputs = 0;

  /** @param more secrets besides those planted everywhere */
  constructor(more: readonly string[] = []) {
    this.#pieces = new Set([...PIECES, ...more.flatMap(piecesOf)]);
  }

  /** Looks for every piece of every secret. */
  look(where: string, output: string): void {
    this.outputs++;
    for (let at = 0; at + PIECE <= output.length; at++) {
      if (!this.#pieces.has(output.slice(at, at + PIECE))) continue;
      this.#leaks.push(`${where}: …${output.slice(Math.max(0, at - 60), at + 60)}…`);
      return;
    }
  }

  /** Fails the test with the first leaks, and tells how much was searched. */
  end(t: Test, offsets: number): void {
    t.same(this.#leaks.slice(0, 5), [], 'no secret leaves');
    t.comment(`${this.outputs} outputs searched, ${offsets} offsets tried`);
    t.ok(this.outputs > 0);
  }
}

/**
 * A text with all secrets in it, each of which begins `shift` characters later: whatever the length at
 * which a program cuts, one of the texts is cut there in the middle of a secret.
 */
export function textWithSecrets(shift: number): string {
  const url = `http://user:${PASSWORDS.proxy}@proxy.example:3128/`;
  return `${'.'.repeat(shift)} ${KEY} ${TOKEN} ${BEARER} ${url} ${PASSWORDS.worker} ${PASSWORDS.controller}`;
}
