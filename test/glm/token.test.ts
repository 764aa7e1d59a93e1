// The Authorization values that GLM accepts, byte for byte under a clock that stands still.

import { createHmac } from 'node:crypto';
import t from 'tap';
import { GlmClock } from '../../src/glm/glm-clock.ts';
import { bearerCredentials, jwtCredentials } from '../../src/glm/token.ts';
import { FakeClock } from '../support/fake-clock.ts';

const ID = 'abc123';
const SECRET = 's3cr3t-s3cr3t';
const TTL_MS = 60_000;
const NOW = 1_717_000_000_123;

/** A token as the page "authentication" describes it, made without the library under test. */
function expectedToken(at: number): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const header = encode('{"alg":"HS256","sign_type":"SIGN"}');
  const payload = encode(`{"api_key":"${ID}","exp":${at + TTL_MS},"timestamp":${at}}`);
  const signature = createHmac('sha256', SECRET).update(`${header}.${payload}`).digest('base64url');
  return `Bearer ${header}.${payload}.${signature}`;
}

function credentialsAt(now: number) {
  const clock = new FakeClock(now);
  const corrections: number[] = [];
  const renewed = { times: 0 };
  const onRenewed = () => {
    renewed.times++;
  };
  const glmClock = new GlmClock(
    () => clock.now(),
    (offMs) => corrections.push(offMs),
  );
  const credentials = jwtCredentials(`${ID}.${SECRET}`, TTL_MS, { clock, glmClock, onRenewed });
  return { clock, glmClock, onRenewed, credentials, corrections, renewed };
}

t.test('a token is HS256 over id, expiry and time in milliseconds', async (t) => {
  const { credentials } = credentialsAt(NOW);
  t.equal(await credentials.authorization(), expectedToken(NOW));
});

t.test(
  'a token is used again, without a promise, until a quarter of its life is left',
  async (t) => {
    const { clock, credentials } = credentialsAt(NOW);
    await credentials.authorization();
    t.equal(credentials.authorization(), expectedToken(NOW));
    clock.advance(TTL_MS * 0.75 - 1);
    t.equal(credentials.authorization(), expectedToken(NOW));
    clock.advance(1);
    t.equal(await credentials.authorization(), expectedToken(NOW + 45_000));
  },
);

t.test('a hundred callers at once share one signing', async (t) => {
  const { clock, credentials } = credentialsAt(NOW);
  const first = credentials.authorization();
  const all = Array.from({ length: 100 }, () => {
    clock.advance(1);
    return credentials.authorization();
  });
  t.ok(all.every((one) => one === first));
  t.equal(await first, expectedToken(NOW));
});

t.test(
  'after renew the next token is a fresh one, and the one after that is the same',
  async (t) => {
    const { clock, credentials, renewed } = credentialsAt(NOW);
    await credentials.authorization();
    t.equal(renewed.times, 0);
    clock.advance(10);
    credentials.renew(undefined);
    t.equal(renewed.times, 1);
    t.equal(await credentials.authorization(), expectedToken(NOW + 10));
    clock.advance(10);
    t.equal(credentials.authorization(), expectedToken(NOW + 10));
  },
);

t.test('a signing that fails is tried again by the next caller', async (t) => {
  const { clock, glmClock, onRenewed } = credentialsAt(NOW);
  const deps = { clock, glmClock, onRenewed };
  const credentials = jwtCredentials('id-without-secret', TTL_MS, deps);
  for (const attempt of ['first', 'second']) {
    await t.rejects(async () => credentials.authorization(), attempt);
  }
});

t.test('the plain key is a bearer token that needs no signing and cannot be renewed', async (t) => {
  const credentials = bearerCredentials(`${ID}.${SECRET}`);
  t.equal(credentials.authorization(), `Bearer ${ID}.${SECRET}`);
  t.equal(credentials.renew(undefined), false);
  t.equal(credentials.authorization(), `Bearer ${ID}.${SECRET}`);
});

t.test("a clock that is off is corrected by GLM's, once", async (t) => {
  const { clock, credentials, corrections } = credentialsAt(NOW);
  await credentials.authorization();
  credentials.renew(NOW + 61_000);
  t.equal(await credentials.authorization(), expectedToken(NOW + 61_000));
  clock.advance(1000);
  credentials.renew(NOW + 62_900);
  t.equal(await credentials.authorization(), expectedToken(NOW + 62_000));
  t.strictSame(corrections, [61_000]);
});
