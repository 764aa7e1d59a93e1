// The proof of identity: plain keys and signed tokens, and every way to get them wrong.
import { createHmac } from 'node:crypto';
import t, { type Test } from 'tap';
import { type FakeGlm, startFakeGlm } from '../../../src/sandbox/glm/fake-glm.ts';
import { HELLO, refusal, withGlm } from '../support/glm.ts';
import { send } from '../support/http-client.ts';

const NOW = 1_800_000_000_000;
const HEADER = { alg: 'HS256', sign_type: 'SIGN' };
const CLAIMS = { api_key: 'one', exp: NOW + 60_000, timestamp: NOW };

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sign(header: unknown, claims: unknown, secret = 'first'): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function start(t: Test, auth: 'any' | 'jwt' | 'bearer' = 'any'): Promise<FakeGlm> {
  return withGlm(t, { keys: ['one.first', 'two.second'], auth, clock: () => NOW });
}

async function ask(glm: FakeGlm, authorization: string | undefined) {
  const headers = authorization === undefined ? {} : { authorization };
  const seen = await send(`${glm.url}/chat/completions`, { headers, body: JSON.stringify(HELLO) });
  return seen.status === 200 ? 200 : refusal(seen);
}

t.test('plain keys and tokens of every known key are taken and recorded', async (t) => {
  const glm = await start(t);
  const claims = { ...CLAIMS, api_key: 'two' };
  t.equal(await ask(glm, 'Bearer one.first'), 200);
  t.equal(await ask(glm, 'bearer   two.second'), 200);
  t.equal(await ask(glm, `Bearer ${sign(HEADER, CLAIMS)}`), 200);
  t.equal(await ask(glm, `Bearer ${sign({ typ: 'JWT', ...HEADER }, claims, 'second')}`), 200);
  t.strictSame(
    glm.calls.map((call) => call.auth),
    [
      { kind: 'bearer', keyId: 'one', claims: null },
      { kind: 'bearer', keyId: 'two', claims: null },
      { kind: 'jwt', keyId: 'one', claims: CLAIMS },
      { kind: 'jwt', keyId: 'two', claims },
    ],
  );
});

t.test('a wrong proof is refused with the documented code', async (t) => {
  const glm = await start(t);
  const good = sign(HEADER, CLAIMS);
  const [head, body, signature] = good.split('.');
  const cases: readonly (readonly [string | undefined, string, RegExp])[] = [
    [undefined, '1001', /No Authorization/],
    ['   ', '1001', /No Authorization/],
    ['one.first', '1000', /Bearer <token>/],
    [good, '1000', /Bearer <token>/],
    ['Basic one.first', '1000', /Bearer <token>/],
    ['Bearer nodot', '1002', /neither/],
    ['Bearer a.b.c.d', '1002', /neither/],
    ['Bearer one.second', '1000', /not known/],
    ['Bearer three.first', '1000', /not known/],
    ['Bearer one.', '1000', /not known/],
    ['Bearer !.e30.x', '1002', /header/],
    [`Bearer ${encode(null)}.${body}.${signature}`, '1002', /header/],
    [`Bearer ${head}.bm8.${signature}`, '1002', /payload/],
    [`Bearer ${sign({ sign_type: 'SIGN', alg: 'none' }, CLAIMS)}`, '1002', /alg/],
    [`Bearer ${sign({ alg: 'HS256' }, CLAIMS)}`, '1002', /sign_type/],
    [`Bearer ${sign(HEADER, { ...CLAIMS, api_key: 'three' })}`, '1002', /api_key/],
    [`Bearer ${sign(HEADER, { ...CLAIMS, api_key: 1 })}`, '1002', /api_key/],
    [`Bearer ${sign(HEADER, CLAIMS, 'second')}`, '1002', /signature/],
    [`Bearer ${head}.${body}.`, '1002', /signature/],
    [`Bearer ${sign(HEADER, { ...CLAIMS, exp: NOW / 1000 + 60 })}`, '1002', /exp .*milliseconds/],
    [`Bearer ${sign(HEADER, { ...CLAIMS, timestamp: NOW / 1000 })}`, '1002', /timestamp .*milli/],
    [`Bearer ${sign(HEADER, { ...CLAIMS, exp: 'soon' })}`, '1002', /exp must be a whole/],
    [`Bearer ${sign(HEADER, { ...CLAIMS, timestamp: undefined })}`, '1002', /timestamp must be/],
    [`Bearer ${sign(HEADER, { ...CLAIMS, timestamp: NOW + 60_001 })}`, '1002', /future/],
    [`Bearer ${sign(HEADER, { ...CLAIMS, exp: NOW })}`, '1003', /expired/],
  ];
  for (const [authorization, code, message] of cases)
    t.match(await ask(glm, authorization), { status: 401, code, message }, String(authorization));
  t.equal(await ask(glm, `Bearer ${sign(HEADER, { ...CLAIMS, timestamp: NOW + 60_000 })}`), 200);
  t.equal(await ask(glm, `Bearer ${sign(HEADER, { ...CLAIMS, exp: NOW + 1 })}`), 200);
  t.match(glm.calls[0], {
    auth: { kind: 'none', keyId: null, claims: null },
    body: HELLO,
    code: '1001',
    outcome: 'failed',
    status: 401,
  });
});

t.test('one form alone can be asked for', async (t) => {
  const token = `Bearer ${sign(HEADER, CLAIMS)}`;
  const onlyJwt = await start(t, 'jwt');
  t.equal(await ask(onlyJwt, token), 200);
  t.match(await ask(onlyJwt, 'Bearer one.first'), { code: '1000', message: /only jwt/ });
  const onlyKeys = await start(t, 'bearer');
  t.equal(await ask(onlyKeys, 'Bearer one.first'), 200);
  t.match(await ask(onlyKeys, token), { code: '1000', message: /only bearer/ });
});

t.test('a key that is not id.secret is a start-up error', async (t) => {
  for (const key of ['', 'nodot', '.secret', 'id.', 'a.b.c'])
    await t.rejects(startFakeGlm({ keys: ['good.key', key] }), {
      message: 'keys[1] must have the form id.secret',
    });
});
