// Which model answers to which name.

import t from 'tap';
import type { Target } from '../../src/admission/target.ts';
import { Failure } from '../../src/failure/failure.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import type { EmbeddingModel } from '../../src/model/embedding-model.ts';
import { ServedModels } from '../../src/worker/served-models.ts';
import { partsOf, served, targetOf } from '../support/worker-parts.ts';

const parts = partsOf();
const chat: Target<ChatModel> = targetOf(parts);
const embedding: Target<EmbeddingModel> = targetOf(parts);

const talker = served('talker', { chat });
const embedder = served('embedder', { embedding });
const both = served('both', { chat, embedding });
const models = new ServedModels([talker, embedder, both]);

/** What is told to whoever asks for something that is not there. */
function refusalOf(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    return error instanceof Failure ? [error.kind, error.row.code, error.hint] : error;
  }
}

t.test('models are found by name, the first one without a name', async (t) => {
  t.strictSame(models.names, ['talker', 'embedder', 'both']);
  t.equal(models.first, talker);
  t.equal(models.find(undefined), talker);
  t.equal(models.find('both'), both);
  for (const name of ['other', '', 'Talker', 'constructor', '__proto__']) {
    t.equal(models.find(name), undefined, name);
  }
});

t.test('each ability is asked of a model that has it', async (t) => {
  t.strictSame(models.forChat('talker'), { model: talker, target: chat });
  t.strictSame(models.forChat(undefined), { model: talker, target: chat });
  t.strictSame(models.forChat('both'), { model: both, target: chat });
  t.strictSame(models.forEmbedding('embedder'), { model: embedder, target: embedding });
  t.strictSame(models.forEmbedding('both'), { model: both, target: embedding });
});

t.test(
  'asking the wrong model is 40301, says what it does, and names those that can',
  async (t) => {
    const chats = 'chat models served here: talker, both';
    const embeds = 'embedding models served here: embedder, both';
    const only = new ServedModels([embedder]);
    for (const [kind, hint, ask] of [
      ['model_does_not_chat', chats, () => models.forChat('embedder')],
      ['model_not_served', chats, () => models.forChat('other')],
      ['model_does_not_embed', embeds, () => models.forEmbedding('talker')],
      ['model_does_not_embed', embeds, () => models.forEmbedding(undefined)],
      ['model_not_served', embeds, () => models.forEmbedding('other')],
      ['model_does_not_chat', 'chat models served here: none', () => only.forChat(undefined)],
    ] as const)
      t.strictSame(refusalOf(ask), [kind, 40301, hint]);
  },
);

t.test('the worker is multimodal when any model sees', async (t) => {
  t.equal(models.multimodal, false);
  const seeing = served('seeing', { vision: { maxImages: 1, inline: true } });
  t.equal(new ServedModels([talker, seeing]).multimodal, true);
});

t.test('there is at least one model', async (t) => {
  t.throws(() => new ServedModels([]), new Error('no model to serve'));
});

t.test('the fallbacks of a model are its own in their order, then theirs, each once', async (t) => {
  const chain = new ServedModels([
    served('a', { fallback: ['b', 'c', 'gone'] }),
    served('b', { fallback: ['d', 'c'] }),
    served('c', { fallback: ['e'] }),
    served('d'),
    served('e'),
  ]);
  const namesOf = (name: string) =>
    chain.fallbacksOf(chain.find(name) ?? chain.first).map((model) => model.name);
  t.strictSame(namesOf('a'), ['b', 'c', 'd', 'e']);
  t.strictSame(namesOf('c'), ['e']);
  t.strictSame(namesOf('e'), []);
});
