// A token that GLM refuses is replaced once, if there is another to be had.

import t, { type Test } from 'tap';
import { asJson, readReply } from '../../src/glm/client.ts';
import type { Credentials } from '../../src/glm/token.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { clientOf, startUpstream } from '../support/upstream.ts';

/** Tokens 1, 2, 3 …, a new one after each renewal. */
function numbered(renewable: boolean): Credentials {
  let number = 1;
  return {
    authorization: () => `Bearer ${number}`,
    renew: () => {
      number++;
      return renewable;
    },
  };
}

interface Case {
  /** The only token that the upstream takes. */
  readonly accepts: number;
  /** Its answer to any other. */
  readonly status?: number;
  readonly code?: string;
  readonly renewable?: boolean;
}

/** How a request ends, and the tokens it was tried with. */
async function outcomeOf(
  t: Test,
  { accepts, status = 401, code = '1003', renewable = true }: Case,
) {
  const upstream = await startUpstream(t, (response, { headers }) => {
    if (headers.authorization === `Bearer ${accepts}`) response.end('{"ok":true}');
    else response.writeHead(status).end(`{"error":{"code":"${code}"}}`);
  });
  const client = clientOf(t, upstream.url, { credentials: numbered(renewable) });
  const { signal } = new AbortController();
  const asked = { method: 'POST', path: '/x', body: {} } as const;
  const result = await readReply(client, asked, signal, asJson).then(
    ({ json }) => json,
    (error: unknown) => (error instanceof ModelError ? error.kind : error),
  );
  return { result, tried: upstream.arrivals.map(({ headers }) => headers.authorization) };
}

t.test('a refused token is replaced, and the caller notices nothing', async (t) => {
  t.strictSame(await outcomeOf(t, { accepts: 2 }), {
    result: { ok: true },
    tried: ['Bearer 1', 'Bearer 2'],
  });
});

t.test('a second refusal is final', async (t) => {
  t.strictSame(await outcomeOf(t, { accepts: 3 }), {
    result: 'key_invalid',
    tried: ['Bearer 1', 'Bearer 2'],
  });
});

t.test('a key that stays the same is not tried again', async (t) => {
  t.strictSame(await outcomeOf(t, { accepts: 2, renewable: false }), {
    result: 'key_invalid',
    tried: ['Bearer 1'],
  });
});

t.test('a failure that is not the fault of the token is not tried again', async (t) => {
  t.strictSame(await outcomeOf(t, { accepts: 2, status: 429, code: '1302' }), {
    result: 'rate_limited',
    tried: ['Bearer 1'],
  });
});
