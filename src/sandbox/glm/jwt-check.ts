// Checks the Authorization header as GLM documents it, with code of its own: a signer must not check itself.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isInteger, isObject, type JsonObject, parseJson } from '../json.ts';
import { type GlmRefusal, notAuthenticated } from './refusal.ts';

/** Who calls, and how that was shown. */
export interface Credentials {
  readonly kind: 'jwt' | 'bearer';
  /** The part of the key before the dot. */
  readonly keyId: string;
  /** The token's claims; null for a plain key. */
  readonly claims: JsonObject | null;
}

/** What the check needs to know. */
export interface AuthRules {
  /** Secret by key id. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Which form is taken; GLM itself takes both. */
  readonly accept: 'any' | 'jwt' | 'bearer';
  /** Now, in milliseconds. */
  readonly clock: () => number;
}

/** Times below this are seconds, not milliseconds: in milliseconds it is March 1973. */
const SMALLEST_MILLISECONDS = 1e11;
/** How far a token's time stamp may lie in the future, in milliseconds. */
const CLOCK_TOLERANCE = 60_000;

function invalidToken(why: string): GlmRefusal {
  return notAuthenticated('1002', `Authorization token is invalid: ${why}`);
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function decodePart(part: string, name: string): JsonObject {
  const value = /^[\w-]+$/.test(part)
    ? parseJson(Buffer.from(part, 'base64url').toString('utf8'))
    : undefined;
  if (!isObject(value)) throw invalidToken(`${name} is not a JSON object in base64url`);
  return value;
}

function milliseconds(claims: JsonObject, name: string): number {
  const value = claims[name];
  if (!isInteger(value, 0)) throw invalidToken(`${name} must be a whole number`);
  if (value < SMALLEST_MILLISECONDS) throw invalidToken(`${name} must be in milliseconds`);
  return value;
}

function checkJwt(token: string, rules: AuthRules): Credentials {
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = decodePart(head, 'header');
  if (header['alg'] !== 'HS256') throw invalidToken('alg must be HS256');
  if (header['sign_type'] !== 'SIGN') throw invalidToken('sign_type must be SIGN');
  const claims = decodePart(body, 'payload');
  const keyId = claims['api_key'];
  const secret = typeof keyId === 'string' ? rules.secrets.get(keyId) : undefined;
  if (typeof keyId !== 'string' || secret === undefined) throw invalidToken('api_key is not known');
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  if (!same(signature, expected)) throw invalidToken('the signature does not match');
  const now = rules.clock();
  if (milliseconds(claims, 'timestamp') > now + CLOCK_TOLERANCE)
    throw invalidToken('timestamp is in the future');
  if (milliseconds(claims, 'exp') <= now)
    throw notAuthenticated('1003', 'Authorization token has expired');
  return { kind: 'jwt', keyId, claims };
}

function checkPlainKey(key: string, rules: AuthRules): Credentials {
  const [keyId = '', secret = ''] = key.split('.');
  const expected = rules.secrets.get(keyId);
  if (expected === undefined || !same(secret, expected))
    throw notAuthenticated('1000', 'Authentication failed: the API key is not known');
  return { kind: 'bearer', keyId, claims: null };
}

/**
 * Reads an `Authorization: Bearer` header.
 * @throws GlmRefusal 401 with 1001 (no header), 1000 (no bearer, unknown key, form not accepted),
 *   1002 (bad token) or 1003 (expired)
 */
export function checkAuthorization(header: string | undefined, rules: AuthRules): Credentials {
  if (header === undefined || header.trim() === '')
    throw notAuthenticated('1001', 'No Authorization header was received');
  const token = /^Bearer +(\S+)$/i.exec(header.trim())?.[1];
  if (token === undefined)
    throw notAuthenticated('1000', 'Authentication failed: Authorization must be Bearer <token>');
  const dots = token.split('.').length - 1;
  const kind = dots === 2 ? 'jwt' : 'bearer';
  if (dots !== 1 && dots !== 2) throw invalidToken('neither id.secret nor a signed token');
  if (rules.accept !== 'any' && rules.accept !== kind)
    throw notAuthenticated('1000', `Authentication failed: only ${rules.accept} is accepted here`);
  return kind === 'jwt' ? checkJwt(token, rules) : checkPlainKey(token, rules);
}
