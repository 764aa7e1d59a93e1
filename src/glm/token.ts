// Makes the Authorization value: a JWT signed from an `id.secret` key and reused while it is fresh.

import { SignJWT } from 'jose';
import type { Clock } from '../lib/clock.ts';
import type { GlmClock } from './glm-clock.ts';

/**
 * A token is replaced once this share of its life is left, so that one handed out just before is
 * still valid when GLM, whose clock may be a little ahead, reads it.
 */
const RENEW_AT_REMAINING = 0.25;

/** Something that knows the Authorization header to send right now. */
export interface Credentials {
  /** The header's value; a promise only when a token has to be signed first. */
  authorization(): string | Promise<string>;
  /**
   * Forgets the cached token, for when GLM refused it; false when there is no other to be had.
   * @param serverTime GLM's time when it did, in milliseconds since the epoch
   */
  renew(serverTime: number | undefined): boolean;
}

/** What signing needs of time: how long a token has lived, and GLM's hour. */
export interface TokenDeps {
  readonly clock: Clock;
  readonly glmClock: GlmClock;
  /** Told of each token that is replaced because GLM refused it. */
  readonly onRenewed: () => void;
}

/** The plain key as a bearer token, which GLM accepts too. */
export function bearerCredentials(key: string): Credentials {
  const value = `Bearer ${key}`;
  return { authorization: () => value, renew: () => false };
}

/**
 * Signed tokens as GLM wants them: HS256, header `sign_type: SIGN`, claims `api_key`, `exp` and
 * `timestamp` in milliseconds (jose's own setters write seconds, so the claims go in as payload).
 * @param key `id.secret`
 * @param ttlMs life of one token
 */
export function jwtCredentials(
  key: string,
  ttlMs: number,
  { clock, glmClock, onRenewed }: TokenDeps,
): Credentials {
  const [id = '', secret = ''] = key.split('.');
  const signingKey = new TextEncoder().encode(secret);
  let cached = { value: '', renewAt: Number.NEGATIVE_INFINITY };
  let signing: Promise<string> | null = null;

  async function sign(): Promise<string> {
    const renewAt = clock.now() + ttlMs * (1 - RENEW_AT_REMAINING);
    const now = glmClock.now();
    const claims = { api_key: id, exp: now + ttlMs, timestamp: now };
    const header = { alg: 'HS256', sign_type: 'SIGN' };
    const token = await new SignJWT(claims).setProtectedHeader(header).sign(signingKey);
    cached = { value: `Bearer ${token}`, renewAt };
    return cached.value;
  }

  return {
    authorization() {
      if (clock.now() < cached.renewAt) return cached.value;
      signing ??= sign().finally(() => {
        signing = null;
      });
      return signing;
    },
    renew(serverTime) {
      if (serverTime !== undefined) glmClock.learn(serverTime);
      cached = { value: '', renewAt: Number.NEGATIVE_INFINITY };
      onRenewed();
      return true;
    },
  };
}
