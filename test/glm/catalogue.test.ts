// The table of GLM's models: complete, sane, and cautious about what it does not hold.

import t from 'tap';
import {
  chatModelFacts,
  EMBEDDING_WINDOW,
  embeddingModelFacts,
  isGlmModel,
} from '../../src/glm/catalogue.ts';
import { modelFacts } from '../../src/sandbox/model-facts.ts';
import { chatModelIds, embeddingModelIds, seeingModelIds } from '../support/glm-models.ts';

const UNKNOWN = { contextWindow: 128_000, maxOutput: null, thinking: 'may', vision: null };

t.test('every documented model is known, in any case', async (t) => {
  for (const id of [...chatModelIds, ...embeddingModelIds]) {
    t.ok(isGlmModel(id), id);
    t.ok(isGlmModel(id.toUpperCase()), id);
  }
  for (const id of chatModelIds) t.notSame(chatModelFacts(id), UNKNOWN, id);
});

t.test('a model that is not documented is met with caution', async (t) => {
  for (const id of ['glm-99', 'my-model', '', 'constructor', 'glm-4.6 ', '__proto__']) {
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
      const { contextWindow, maxOutput, thinking, vision } = chatModelFacts(id);
      const strict = modelFacts(id);
      t.ok(contextWindow <= strict.context, `${id}: window`);
      t.ok((maxOutput ?? 0) <= strict.maxTokens, `${id}: output`);
      t.ok((vision?.maxImages ?? 0) <= strict.images, `${id}: images`);
      t.ok(!vision?.inline || strict.base64, `${id}: inline`);
      t.ok(thinking !== 'may' || strict.thinking === 'optional', `${id}: thinking`);
    }
  },
);

t.test('facts that are easy to get wrong', async (t) => {
  t.strictSame(chatModelFacts('GLM-4.6'), {
    contextWindow: 200_000,
    maxOutput: 131_072,
    thinking: 'may',
    vision: null,
  });
  t.match(chatModelFacts('glm-5.3'), { contextWindow: 1_000_000, thinking: 'must' });
  t.match(chatModelFacts('glm-4-long'), { contextWindow: 1_000_000, maxOutput: 4095 });
  t.strictSame(chatModelFacts('glm-4v-flash'), {
    contextWindow: 16_000,
    maxOutput: 1024,
    thinking: 'cannot',
    vision: { maxImages: 1, inline: false },
  });
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
});
