// The table of GLM's models: complete, sane, and cautious about what it does not hold.

import t from 'tap';
import {
  catalogueEntry,
  chatModelFacts,
  EMBEDDING_WINDOW,
  embeddingModelFacts,
  isEmbeddingModel,
  isGlmModel,
  nearestModel,
} from '../../src/glm/catalogue.ts';
import { EFFORTS } from '../../src/model/chat-model.ts';
import { modelFacts } from '../../src/sandbox/glm/model-facts.ts';
import { chatModelIds, embeddingModelIds, seeingModelIds } from '../support/glm-models.ts';

const UNKNOWN = {
  contextWindow: 128_000,
  maxOutput: null,
  thinking: 'may',
  efforts: [],
  boxes: false,
  tools: true,
  vision: null,
};

t.test('every documented model is known, in any case', async (t) => {
  for (const id of [...chatModelIds, ...embeddingModelIds]) {
    t.ok(isGlmModel(id), id);
    t.ok(isGlmModel(id.toUpperCase()), id);
  }
  for (const id of chatModelIds) t.notSame(chatModelFacts(id), UNKNOWN, id);
});

t.test('a model that is not documented is met with caution', async (t) => {
  for (const id of ['my-model', '', 'constructor', 'glm-4.6 ', '__proto__']) {
    t.equal(isGlmModel(id), false, id);
    t.strictSame(chatModelFacts(id), UNKNOWN, id);
    t.equal(embeddingModelFacts(id), null, id);
  }
});

t.test('limits are whole and fit each other', async (t) => {
  for (const id of chatModelIds) {
    const { contextWindow, maxOutput, vision } = chatModelFacts(id);
    const limits = [contextWindow, maxOutput ?? 1, vision?.maxImages ?? 1];
    t.ok(
      limits.every((limit) => Number.isSafeInteger(limit) && limit > 0),
      id,
    );
    t.ok((maxOutput ?? 0) <= contextWindow, id);
  }
});

t.test('the models that see are the documented ones', async (t) => {
  t.strictSame(
    chatModelIds.filter((id) => chatModelFacts(id).vision !== null),
    seeingModelIds,
  );
});

t.test(
  "nothing is promised that the sandbox, which has its own reading of GLM's pages, refuses",
  async (t) => {
    for (const id of chatModelIds) {
      const { contextWindow, maxOutput, vision } = chatModelFacts(id);
      const strict = modelFacts(id);
      t.ok(contextWindow <= strict.context, `${id}: window`);
      t.ok((maxOutput ?? 0) <= strict.maxTokens, `${id}: output`);
      t.ok((vision?.maxImages ?? 0) <= strict.images, `${id}: images`);
      t.ok(!vision?.inline || strict.base64, `${id}: inline`);
    }
  },
);

t.test('facts that are easy to get wrong', async (t) => {
  t.strictSame(chatModelFacts('GLM-4.6'), {
    contextWindow: 200_000,
    maxOutput: 131_072,
    thinking: 'may',
    efforts: [],
    boxes: false,
    tools: true,
    vision: null,
  });
  t.match(chatModelFacts('glm-5.3'), { contextWindow: 1_000_000, thinking: 'must' });
  t.match(chatModelFacts('glm-4-long'), { contextWindow: 1_000_000, maxOutput: 4095 });
  t.match(chatModelFacts('glm-4-airx'), { contextWindow: 8000 });
  t.match(chatModelFacts('glm-4.5v'), { contextWindow: 64_000, maxOutput: 16_384 });
  t.match(chatModelFacts('glm-4v-flash'), {
    contextWindow: 16_000,
    maxOutput: 1024,
    thinking: 'cannot',
    vision: { maxImages: 1, inline: false },
  });
});

const FEW = ['low', 'high', 'max'];

/** Ids of one family, of which the last is in no list, and what follows from the family. */
const families: readonly (readonly [ids: readonly string[], facts: object])[] = [
  [
    ['glm-5.3', 'GLM-5.3-Flash', 'glm-5.3-flashx', 'glm-5.3-flashx-legal', 'glm-5.3-prime'],
    { thinking: 'must', efforts: FEW, boxes: false },
  ],
  [['glm-5.4', 'glm-5.10-air'], { thinking: 'must', efforts: FEW, boxes: false }],
  [['glm-6', 'glm-99'], { thinking: 'may', efforts: FEW, boxes: false }],
  [['glm-5.2', 'glm-5.2-air'], { thinking: 'may', efforts: EFFORTS, boxes: false }],
  [
    ['glm-5.1', 'glm-5', 'glm-5-turbo', 'glm-5v-turbo', 'glm-5-code'],
    { thinking: 'may', efforts: [], boxes: false },
  ],
  [
    ['glm-4.7', 'glm-4.7-flashx', 'glm-4.6', 'glm-4.5-airx', 'glm-4.6-air'],
    { thinking: 'may', efforts: [], boxes: false },
  ],
  [['glm-4.6v', 'glm-4.5v', 'glm-4.5v-new'], { thinking: 'may', efforts: [], boxes: true }],
  [
    ['glm-4.1v-thinking-flash', 'glm-4.1v-thinking-new'],
    { thinking: 'must', efforts: [], boxes: true },
  ],
  [['glm-zero-preview'], { thinking: 'must', efforts: [], boxes: false }],
  [
    ['glm-4', 'glm-4-plus', 'glm-4v-flash', 'glm-3-turbo', 'charglm-4', 'glm-4-new'],
    { thinking: 'cannot', efforts: [], boxes: false },
  ],
];

t.test("how a model thinks is its family's, of ids that nobody has listed too", async (t) => {
  for (const [ids, facts] of families) for (const id of ids) t.match(chatModelFacts(id), facts, id);
});

t.test('what others sell under the name of GLM is in no list of GLM', async (t) => {
  const ids = ['glm-5.3-prime', 'glm-5-code', 'glm-4.6-air', 'glm-4.6-flash'];
  t.strictSame(ids.filter(isGlmModel), []);
});

t.test('an entry says what a model is for, and how much fits into it', async (t) => {
  t.strictSame(catalogueEntry('GLM-4.6'), { id: 'glm-4.6', kind: 'chat', contextWindow: 200_000 });
  const embedding = { id: 'embedding-2', kind: 'embedding', contextWindow: 8000 };
  t.strictSame(catalogueEntry('embedding-2'), embedding);
  t.equal(catalogueEntry('glm-4.66'), null);
});

t.test("an id that only looks like one of GLM's has a nearest one", async (t) => {
  for (const [id, near] of [
    ['glm-4.66', 'glm-4.6'],
    ['GLM-4.6-Air', 'glm-4.5-air'],
    ['glm-5.3-flashy', 'glm-5.3-flash'],
    ['glm4.6', 'glm-4.6'],
    ['gml-4.6', 'glm-4.6'],
    ['embedding-33', 'embedding-3'],
    ['embeddings', 'embedding-3'],
    ['glm-4.6', null],
    ['Embedding-3', null],
    ['zhipu-api', null],
    ['gpt-4o', null],
    ['', null],
  ] as const) {
    t.equal(nearestModel(id), near, id);
  }
});

t.test('embedding models have the documented limits', async (t) => {
  t.strictSame(embeddingModelFacts('embedding-3'), {
    batchItems: 64,
    itemTokens: 3072,
    batchTokens: null,
    dimensions: [256, 512, 1024, 2048],
  });
  t.strictSame(embeddingModelFacts('Embedding-2'), {
    batchItems: 64,
    itemTokens: 512,
    batchTokens: 8000,
    dimensions: [1024],
  });
  t.equal(embeddingModelFacts('glm-4'), null);
  t.equal(EMBEDDING_WINDOW, 8000);
  t.strictSame(['embedding-4', 'Embedding-3', 'glm-4', 'my-embedding-3'].map(isEmbeddingModel), [
    true,
    true,
    false,
    false,
  ]);
});

t.test('who calls tools is known, so that no fallback drops them', async (t) => {
  t.strictSame(
    chatModelIds.filter((id) => !chatModelFacts(id).tools).toSorted(),
    [
      ...['autoglm-phone', 'charglm-4', 'codegeex-4', 'emohaa'],
      ...['glm-4-voice', 'glm-4.1v-thinking-flash', 'glm-4.1v-thinking-flashx', 'glm-4.5v'],
      ...['glm-4v', 'glm-4v-flash', 'glm-4v-plus', 'glm-4v-plus-0111', 'glm-zero-preview'],
    ].toSorted(),
  );
});
