// Embeddings and token counts: reproducible, and refused beyond the documented limits.
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import type { Scenario } from '../../../src/sandbox/glm/scenario.ts';
import { sameVectors } from '../../support/same-vectors.ts';
import { chat, type Data, HELLO, json, refusal, withGlm } from '../support/glm.ts';
import { asking, send } from '../support/http-client.ts';

const NOW = 1_800_000_000_000;
const EMBED = { model: 'embedding-3', input: ['你好', 'hello world'] };

type Item = { index: number; object: string; embedding: number[] };

t.test('vectors depend on the text alone and have length 1', async (t) => {
  const glm = await withGlm(t);
  const ask = async (body: Data) => json(await send(`${glm.url}/embeddings`, asking(body)));
  const reply = await ask(EMBED);
  const data = reply['data'] as Item[];
  t.strictSame(
    {
      ...reply,
      data: data.map(({ index, object, embedding }) => [index, object, embedding.length]),
    },
    {
      object: 'list',
      model: 'embedding-3',
      data: [
        [0, 'embedding', 2048],
        [1, 'embedding', 2048],
      ],
      usage: { prompt_tokens: 5, completion_tokens: 0, total_tokens: 5 },
    },
  );
  for (const { embedding } of data) t.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-6);
  const [first, second] = data.map((item) => item.embedding);
  t.notOk(isDeepStrictEqual(first, second));
  const again = await ask({ ...EMBED, input: 'hello world' });
  sameVectors(t, (again['data'] as Item[])[0]?.embedding, second);
  for (const [more, size] of [
    [{ dimensions: 256 }, 256],
    [{ dimensions: 1024 }, 1024],
    [{ model: 'embedding-2' }, 1024],
    [{ model: 'embedding-2', dimensions: 1024, encoding_format: 'float' }, 1024],
  ] as const) {
    const sized = await ask({ ...EMBED, ...more });
    t.equal((sized['data'] as Item[])[0]?.embedding.length, size, JSON.stringify(more));
  }
});

t.test('embeddings beyond the documented limits are refused by name', async (t) => {
  const glm = await withGlm(t);
  const cases: readonly (readonly [Data, string, string])[] = [
    [{ model: undefined }, '1213', 'model'],
    [{ model: 'glm-4.6' }, '1212', 'embeddings'],
    [{ input: undefined }, '1213', 'input'],
    [{ input: null }, '1214', 'input'],
    [{ input: [1] }, '1214', 'input'],
    [{ input: [] }, '1214', 'input'],
    [{ input: [''] }, '1214', 'input[0]'],
    [{ input: '' }, '1214', 'input[0]'],
    [{ input: Array.from({ length: 65 }, () => 'x') }, '1214', '64'],
    [{ input: ['x', '字'.repeat(4609)] }, '1261', 'input[1]'],
    [{ model: 'embedding-2', input: ['字'.repeat(769)] }, '1261', 'input[0]'],
    [
      { model: 'embedding-2', input: Array.from({ length: 17 }, () => '字'.repeat(750)) },
      '1261',
      'input',
    ],
    [{ model: 'embedding-2', dimensions: 512 }, '1214', 'dimensions'],
    [{ dimensions: 2 }, '1214', 'dimensions'],
    [{ encoding_format: 'base64' }, '1214', 'encoding_format'],
    [{ sensitive_word_check: null }, '1214', 'sensitive_word_check'],
    [{ prompt: 'x' }, '1210', 'prompt'],
  ];
  for (const [patch, code, field] of cases) {
    const seen = await send(`${glm.url}/embeddings`, asking({ ...EMBED, ...patch }));
    const { status, ...error } = refusal(seen);
    t.strictSame([status, error.code], [400, code], JSON.stringify(patch).slice(0, 60));
    t.ok(error.message.includes(field), `names ${field}: ${error.message}`);
  }
});

t.test('an embeddings scenario returns items out of order, incomplete or malformed', async (t) => {
  const glm = await withGlm(t);
  const indexes = async (scenario: Scenario) => {
    glm.script(scenario);
    const reply = json(await send(`${glm.url}/embeddings`, asking({ ...EMBED, dimensions: 256 })));
    return (reply['data'] as Item[]).map((item) => [item.index, item.embedding.length]);
  };
  const sorted = [
    [0, 256],
    [1, 256],
  ];
  t.strictSame(await indexes({ kind: 'embeddings', embeddingOrder: 'sorted' }), sorted);
  t.strictSame(
    await indexes({ kind: 'embeddings', embeddingOrder: 'shuffled' }),
    sorted.toReversed(),
  );
  t.strictSame(await indexes({ kind: 'embeddings', embeddingOrder: 'missing' }), [[0, 256]]);
  t.strictSame(await indexes({ kind: 'embeddings', embeddingOrder: 'malformed' }), [
    [0, 4],
    [1, 4],
  ]);
  const begun = performance.now();
  t.strictSame(await indexes({ kind: 'embeddings', delayMs: 20 }), sorted);
  t.strictSame(await indexes({ kind: 'chat', firstDelayMs: 20 }), sorted);
  t.equal((await chat(glm, HELLO, { kind: 'embeddings', delayMs: 20 })).status, 200);
  t.equal((await chat(glm, HELLO, { kind: 'embeddings' })).status, 200);
  t.ok(performance.now() - begun >= 55, 'three delays of 20 ms, less rounding');
});

t.test('tokens are counted by a fixed rule', async (t) => {
  const glm = await withGlm(t, { clock: () => NOW });
  const ask = async (body: unknown) => send(`${glm.url}/tokenizer`, asking(body));
  const image = { type: 'image_url', image_url: { url: 'http://x/1.png' } };
  const messages = [
    { role: 'system', content: '你好吗' },
    { role: 'user', content: [image, { type: 'text', text: 'abcde' }] },
  ];
  t.strictSame(json(await ask({ model: 'glm-4.6v', messages })), {
    id: 'sandbox-0000000001',
    created: 1_800_000_000,
    request_id: 'sandbox-request-0000000001',
    usage: { prompt_tokens: 1004, image_tokens: 1000, video_tokens: 0, total_tokens: 1004 },
  });
  const alone = { model: 'glm-4.6', messages: [{ role: 'system', content: 'x' }] };
  t.match(json(await ask(alone)), { usage: { prompt_tokens: 1 } });
  t.match(refusal(await ask({ ...alone, max_tokens: 1 })), { code: '1210', message: /max_tokens/ });
  t.match(refusal(await ask({ model: 'glm-4.6' })), { code: '1213', message: /messages/ });
});
