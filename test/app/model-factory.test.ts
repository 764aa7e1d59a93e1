// Which models are served for which settings, and what a reload keeps.

import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { concurrencyOf, factorySettings, ModelFactory } from '../../src/app/model-factory.ts';
import { loadModelsFile } from '../../src/config/models-file.ts';
import { GlmClock } from '../../src/glm/glm-clock.ts';
import { RefusedFields } from '../../src/glm/refused-fields.ts';
import type { ServedModel, ServedModels } from '../../src/worker/served-models.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { settingsFrom } from '../support/start-worker.ts';
import { partsOf } from '../support/worker-parts.ts';

const KEY = { ZHIPUAI_API_KEY: 'id.secret' };

type Env = Readonly<Record<string, string>>;

/** A factory for these variables, and what it makes of a file with this content. */
function factoryOf(t: Test, env: Env) {
  const dispatcher = new Agent();
  t.teardown(() => dispatcher.close());
  const clock = new FakeClock();
  const glmClock = new GlmClock(
    () => 0,
    () => undefined,
  );
  const { admission } = partsOf();
  const refusedFields = new RefusedFields(() => undefined);
  const parts = {
    ...{ admission, dispatcher, clock, glmClock, refusedFields, userAgent: 'test' },
    onTokenRenewed: () => undefined,
  };
  const factory = new ModelFactory(factorySettings(settingsFrom(env)), parts);
  return (file: object) => {
    const read = loadModelsFile(`${t.testdir({ 'm.json': JSON.stringify(file) })}/m.json`, env);
    if (!read.ok) throw new Error(read.problems.join());
    return factory.create(read.entries);
  };
}

/** What `env` and `file` serve. */
const serve = (t: Test, env: Env, file: object = {}) => factoryOf(t, { ...KEY, ...env })(file);

/** Names, and the GLM models behind them. */
function pairs(models: ServedModels): string[] {
  return all(models).map(({ name, upstreamModel }) => `${name}=${upstreamModel}`);
}

function all(models: ServedModels): ServedModel[] {
  return models.names.map((name) => models.find(name) ?? models.first);
}

const routesOf = (model: ServedModel) => model.chat?.endpoints ?? [];

t.test('names and the GLM models behind them', async (t) => {
  const rules: readonly (readonly [env: Env, file: object, expected: readonly string[]])[] = [
    [{}, {}, ['zhipu-api=glm-4']],
    [{ GLM_MODEL: 'glm-4.6' }, {}, ['zhipu-api=glm-4.6']],
    [
      { MODEL_NAMES: 'a,glm-4.5, b = glm-4-air ' },
      {},
      ['a=glm-4', 'glm-4.5=glm-4.5', 'b=glm-4-air'],
    ],
    [{ MODEL_NAMES: 'glm-99' }, {}, ['glm-99=glm-4']],
    [{ MODEL_NAMES: 'glm-99=glm-99' }, {}, ['glm-99=glm-99']],
    [{ MODEL_NAMES: 'embedding-3' }, {}, ['embedding-3=embedding-3']],
    [
      {},
      { x: { version: 'glm-4.6' }, 'glm-4.5': {}, y: {} },
      ['x=glm-4.6', 'glm-4.5=glm-4.5', 'y=glm-4'],
    ],
    [{ MODEL_NAMES: 'x,z' }, { x: { version: 'glm-4.6' }, y: {} }, ['x=glm-4.6', 'z=glm-4']],
    [{ MODEL_NAMES: 'x=glm-4-air' }, { x: { version: 'glm-4.6' } }, ['x=glm-4-air']],
    [{ MODEL_NAMES: 'zhipu-api' }, { x: {} }, ['zhipu-api=glm-4']],
  ];
  for (const [env, file, expected] of rules) {
    t.strictSame(pairs(serve(t, env, file)), expected, JSON.stringify([env, file]));
  }
});

t.test('each name has what its own GLM model can do', async (t) => {
  const names = 'zhipu-api,glm-4.6v,glm-4v-flash,embedding-3';
  const models = all(serve(t, { MODEL_NAMES: names, CONTEXT_LEN: 'auto' }));
  t.strictSame(
    models.map(({ chat, embedding, ...facts }) => ({
      ...facts,
      chats: chat !== null,
      embeds: embedding !== null,
    })),
    [
      ['zhipu-api', 'glm-4', 128_000, null, true, true],
      ['glm-4.6v', 'glm-4.6v', 128_000, { maxImages: 50, inline: true }, true, false],
      ['glm-4v-flash', 'glm-4v-flash', 16_000, { maxImages: 1, inline: false }, false, false],
      ['embedding-3', 'embedding-3', 8000, null, false, false],
    ].map(([name, upstreamModel, contextLength, vision, tools, json]) => ({
      name,
      upstreamModel,
      contextLength,
      windowTokens: contextLength,
      vision,
      tools,
      json,
      temperature: null,
      fallback: [],
      tokenizer: null,
      chats: name !== 'embedding-3',
      embeds: name === 'embedding-3',
    })),
  );
});

t.test(
  "the context length is the entry's, else the common one, auto the real window",
  async (t) => {
    const lengths = (env: Env, file: object) =>
      all(serve(t, env, file)).map(({ contextLength }) => contextLength);
    const file = { 'glm-4.6': {}, a: { context_len: 1000 }, 'glm-4.5': { context_len: 'auto' } };
    t.strictSame(lengths({}, file), [4096, 1000, 128_000]);
    t.strictSame(lengths({ CONTEXT_LEN: '9000' }, file), [9000, 1000, 128_000]);
    t.strictSame(lengths({ CONTEXT_LEN: 'auto' }, file), [200_000, 1000, 128_000]);
  },
);

t.test('the file may know better whether a model sees', async (t) => {
  const file = {
    'glm-4.6v': {},
    'glm-4.5v': { vision: false },
    'glm-4v-flash': { vision: true },
    'glm-99v': { version: 'glm-99v', vision: true },
    'glm-4': { vision: false },
  };
  t.strictSame(
    all(serve(t, {}, file)).map(({ vision }) => vision),
    [
      { maxImages: 50, inline: true },
      null,
      { maxImages: 1, inline: false },
      { maxImages: 50, inline: true },
      null,
    ],
  );
});

t.test('embeddings are asked of embedding models, and of chat models that name one', async (t) => {
  const file = {
    chats: {},
    both: { version: 'glm-4.6', embed_model: 'embedding-2' },
    new: { embed_model: 'embedding-9' },
    embeds: { version: 'embedding-3', dimensions: 256 },
  };
  const models = all(serve(t, {}, file));
  t.strictSame(
    models.map(({ chat, embedding }) => [
      chat !== null,
      embedding === null ? null : embedding.endpoints.map(({ model }) => model.limits.itemTokens),
    ]),
    [
      [true, null],
      [true, [512]],
      [true, [3072]],
      [false, [3072]],
    ],
  );
  const [, both] = models;
  t.equal(both?.chat?.share, both?.embedding?.share, 'one name has one share');
});

t.test("temperature, concurrency and tokenizer are the entry's and the settings'", async (t) => {
  const file = { a: { temperature: 0, limit_worker_concurrency: 2 }, b: {}, 'embedding-3': {} };
  const env = { LIMIT_WORKER_CONCURRENCY: '7', TOKEN_COUNTER: 'upstream' };
  t.strictSame(
    all(serve(t, env, file)).map(({ temperature, chat, embedding, tokenizer }) => [
      temperature,
      (chat ?? embedding)?.share.max,
      tokenizer !== null,
    ]),
    [
      [0, 2, true],
      [null, 7, true],
      [null, 7, false],
    ],
  );
});

t.test('an entry has a priority and fallbacks; nothing else has', async (t) => {
  const file = { a: { priority: 'high', fallback: ['b'], embed_model: 'embedding-3' }, b: {} };
  const standings = all(serve(t, {}, file)).map(({ name, chat, embedding, fallback }) => [
    ...[name, fallback, chat?.name, chat?.kind, chat?.priority],
    ...[embedding?.kind, embedding?.priority],
  ]);
  t.strictSame(standings, [
    ['a', ['b'], 'a', 'chat', 'high', 'embedding', 'high'],
    ['b', [], 'b', 'chat', 'normal', undefined, undefined],
  ]);
});

t.test('a fallback that nobody can go to is refused with its path', async (t) => {
  const rules: readonly (readonly [file: object, problem: string])[] = [
    [{ a: { fallback: ['b', 'x'] }, b: {} }, 'a.fallback.1: x is not served here'],
    [{ a: { fallback: ['b'] }, b: { fallback: ['x'] } }, 'b.fallback.0: x is not served here'],
    [{ a: { fallback: ['a'] } }, 'a.fallback.0: goes round in a circle: a -> a'],
    [
      { a: { fallback: ['b'] }, b: { fallback: ['c'] }, c: { fallback: ['a'] } },
      'a.fallback.0: goes round in a circle: a -> b -> c -> a',
    ],
    [
      { z: { fallback: ['a'] }, a: { fallback: ['c', 'b'] }, b: { fallback: ['a'] }, c: {} },
      'a.fallback.1: goes round in a circle: a -> b -> a',
    ],
    [
      { a: { fallback: ['embedding-3'] }, 'embedding-3': {} },
      'a.fallback.0: embedding-3 does not chat',
    ],
    [
      { a: {}, 'embedding-3': { fallback: ['a'] } },
      'embedding-3.fallback: embedding-3 does not chat, and only chats have one',
    ],
  ];
  for (const [file, problem] of rules) {
    t.throws(() => serve(t, {}, file), { message: `MODELS_FILE: ${problem}` }, problem);
  }
  const served = serve(t, { MODEL_NAMES: 'b' }, { a: { fallback: ['x'] }, b: {} });
  t.strictSame(served.names, ['b'], 'what is not served needs no fallback');
  const diamond = { a: { fallback: ['b', 'c'] }, b: { fallback: ['c'] }, c: {} };
  t.strictSame(serve(t, {}, diamond).names, ['a', 'b', 'c'], 'two ways to one model are no circle');
});

t.test('each key is a endpoint, at an account that all models share', async (t) => {
  const env = { ZHIPUAI_API_KEY: 'a.s,b.s', OWN: 'c.s' };
  const file = {
    x: {},
    y: { version: 'glm-4.6' },
    z: { api_key: '$OWN' },
    p: { base_url: 'http://p' },
  };
  const [x, y, z, p] = all(serve(t, env, file)).map((model) => routesOf(model));
  t.strictSame(
    x?.map(({ account }) => account.label),
    ['#1', '#2'],
  );
  t.strictSame(
    z?.map(({ account }) => account.label),
    ['#3'],
  );
  t.equal(y?.[0]?.account, x?.[0]?.account);
  t.not(y?.[0]?.lane, x?.[0]?.lane, 'GLM limits each model by itself');
  t.not(p?.[0]?.account, x?.[0]?.account, 'another address is another account');
  t.equal(x?.[0]?.lane.snapshot().limit, 5);
});

t.test('a reload keeps what was learned of accounts and limits', async (t) => {
  const create = factoryOf(t, { ...KEY, GLM_AUTH: 'bearer' });
  const [before] = all(create({ a: {}, b: {} })).map((model) => routesOf(model)[0]);
  const [after] = all(create({ renamed: {}, more: { version: 'glm-4.6' } })).map(
    (model) => routesOf(model)[0],
  );
  t.equal(after?.account, before?.account);
  t.equal(after?.lane, before?.lane);
});

t.test('a model without a key is refused by its name', async (t) => {
  const create = factoryOf(t, { MODELS_FILE: ownKeyFile(t), OWN: 'a.b' });
  t.strictSame(pairs(create({ x: { api_key: '$OWN' } })), ['x=glm-4']);
  const expected = new Error('the model y has no key: set ZHIPUAI_API_KEY, or its api_key');
  t.throws(() => create({ x: { api_key: '$OWN' }, y: {} }), expected);
});

/** Settings need no common key when every model of the file has its own. */
function ownKeyFile(t: Test): string {
  return `${t.testdir({ 'own.json': '{"x":{"api_key":"$OWN"}}' })}/own.json`;
}

t.test('a length of vectors that the model cannot make is refused at the start', async (t) => {
  const file = { 'my-vectors': { version: 'embedding-3', dimensions: 300 } };
  t.throws(() => serve(t, {}, file), {
    message:
      'MODELS_FILE: my-vectors.dimensions: must be one of 256, 512, 1024, 2048 for embedding-3',
  });
  t.strictSame(pairs(serve(t, {}, { v: { version: 'embedding-3', dimensions: 512 } })), [
    'v=embedding-3',
  ]);
  t.strictSame(pairs(serve(t, {}, { v: { version: 'embedding-2', dimensions: 1024 } })), [
    'v=embedding-2',
  ]);
});

t.test('an id of GLM in capitals is the same model', async (t) => {
  t.strictSame(pairs(serve(t, { MODEL_NAMES: 'GLM-4.6' })), ['GLM-4.6=glm-4.6']);
});

t.test('without a number requests begin with five, and stay there on a coding plan', async (t) => {
  t.strictSame(concurrencyOf(7, 'https://x/api/paas/v4'), { start: 7, max: 7 });
  t.strictSame(concurrencyOf('auto', 'https://x/api/paas/v4'), { start: 5, max: 256 });
  t.strictSame(concurrencyOf('auto', 'https://x/api/coding/paas/v4'), { start: 5, max: 5 });
});
