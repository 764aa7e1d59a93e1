// What is known of GLM's models: the one table of their limits and abilities.

import type { VisionLimits } from '../model/chat-model.ts';
import type { EmbeddingLimits } from '../model/embedding-model.ts';

/** Whether a model thinks before it answers. */
export type Thinking = 'may' | 'must' | 'cannot';

export interface ChatModelFacts {
  /** Tokens of conversation and answer together. */
  readonly contextWindow: number;
  /** Longest answer in tokens; null where the documentation states none. */
  readonly maxOutput: number | null;
  readonly thinking: Thinking;
  /** Null = text only. */
  readonly vision: VisionLimits | null;
}

const K = 1000;

/**
 * Windows are the documented "128K" read as thousands, the smaller reading, so that a prompt that
 * FastChat lets through fits. Maximum outputs are exact figures.
 * Sources: model pages and the page "core parameters" of docs.bigmodel.cn and docs.z.ai.
 */
const textModel = (contextWindow: number, maxOutput: number | null, thinking: Thinking) =>
  ({ contextWindow, maxOutput, thinking, vision: null }) satisfies ChatModelFacts;

const visionModel = (
  contextWindow: number,
  maxOutput: number | null,
  thinking: Thinking,
  vision: ChatModelFacts['vision'],
) => ({ contextWindow, maxOutput, thinking, vision }) satisfies ChatModelFacts;

const manyImages = { maxImages: 50, inline: true };

const chatModels: ReadonlyMap<string, ChatModelFacts> = new Map(
  Object.entries({
    // Model pages and core parameters, GLM-5 family. 5.3 refuses `thinking: disabled`.
    'glm-5.3': textModel(1000 * K, 131_072, 'must'),
    'glm-5.3-flash': visionModel(1000 * K, 131_072, 'must', manyImages),
    'glm-5.3-flashx': textModel(1000 * K, 131_072, 'must'),
    'glm-5.2': textModel(1000 * K, 131_072, 'may'),
    'glm-5.1': textModel(200 * K, 131_072, 'must'),
    'glm-5': textModel(200 * K, 131_072, 'must'),
    'glm-5-turbo': textModel(200 * K, 131_072, 'must'),
    'glm-5v-turbo': visionModel(200 * K, 131_072, 'may', manyImages),
    // GLM-4.7 to 4.5: core parameters page; 4.7 and 4.5V think always.
    'glm-4.7': textModel(200 * K, 131_072, 'must'),
    'glm-4.7-flash': textModel(200 * K, 131_072, 'must'),
    'glm-4.7-flashx': textModel(200 * K, 131_072, 'must'),
    'glm-4.6': textModel(200 * K, 131_072, 'may'),
    'glm-4.6v': visionModel(128 * K, 32_768, 'may', manyImages),
    'glm-4.6v-flash': visionModel(128 * K, 32_768, 'may', manyImages),
    'glm-4.6v-flashx': visionModel(128 * K, 32_768, 'may', manyImages),
    'glm-4.5': textModel(128 * K, 98_304, 'may'),
    'glm-4.5-air': textModel(128 * K, 98_304, 'may'),
    'glm-4.5-x': textModel(128 * K, 98_304, 'may'),
    'glm-4.5-airx': textModel(128 * K, 98_304, 'may'),
    'glm-4.5-flash': textModel(128 * K, 98_304, 'may'),
    // The window of 4.5V is not stated; its base model's half is a safe reading.
    'glm-4.5v': visionModel(64 * K, 16_384, 'must', manyImages),
    // The pages disagree on -flash; the smaller figure holds for both.
    'glm-4.1v-thinking-flash': visionModel(64 * K, 16_384, 'must', { maxImages: 5, inline: true }),
    'glm-4.1v-thinking-flashx': visionModel(64 * K, 16_384, 'must', { maxImages: 5, inline: true }),
    // GLM-4 family: model pages; none of them thinks.
    'glm-4-plus': textModel(128 * K, 4095, 'cannot'),
    'glm-4-air': textModel(128 * K, 4095, 'cannot'),
    'glm-4-airx': textModel(128 * K, 4095, 'cannot'),
    'glm-4-air-250414': textModel(128 * K, 16_384, 'cannot'),
    'glm-4-flash': textModel(128 * K, 4095, 'cannot'),
    'glm-4-flashx': textModel(128 * K, 4095, 'cannot'),
    // Model page 16K, parameter page 32K: the smaller one is safe.
    'glm-4-flash-250414': textModel(128 * K, 16_384, 'cannot'),
    'glm-4-flashx-250414': textModel(128 * K, 16_384, 'cannot'),
    'glm-4-long': textModel(1000 * K, 4095, 'cannot'),
    'glm-4-0520': textModel(128 * K, 4095, 'cannot'),
    'glm-4': textModel(128 * K, 4095, 'cannot'),
    'glm-3-turbo': textModel(128 * K, 4095, 'cannot'),
    // No page states anything of it; it thinks, and took no field to say so.
    'glm-zero-preview': textModel(16 * K, 4095, 'must'),
    'glm-4-32b-0414-128k': textModel(128 * K, 16_384, 'cannot'),
    // No page states the output of these two any more: their siblings' smallest is taken.
    'glm-4v': visionModel(128 * K, 1024, 'cannot', { maxImages: 1, inline: true }),
    'glm-4v-plus': visionModel(16 * K, 1024, 'cannot', { maxImages: 5, inline: true }),
    'glm-4v-plus-0111': visionModel(16 * K, 8192, 'cannot', { maxImages: 5, inline: true }),
    'glm-4v-flash': visionModel(16 * K, 1024, 'cannot', { maxImages: 1, inline: false }),
    'glm-4-voice': textModel(8 * K, 4096, 'cannot'),
    'charglm-4': textModel(8 * K, 4096, 'cannot'),
    emohaa: textModel(8 * K, 4096, 'cannot'),
    'codegeex-4': textModel(128 * K, 32_768, 'cannot'),
  } satisfies Record<string, ChatModelFacts>),
);

/** What is assumed of a chat model that the table does not hold. */
const unknownModel: ChatModelFacts = textModel(128 * K, null, 'may');

/** The facts of a chat model by GLM's id, in any case; cautious ones for an id not in the table. */
export function chatModelFacts(id: string): ChatModelFacts {
  return chatModels.get(id.toLowerCase()) ?? unknownModel;
}

/** Whether `id` is a GLM model id that the catalogue knows. */
export function isGlmModel(id: string): boolean {
  return chatModels.has(id.toLowerCase()) || embeddingModels.has(id.toLowerCase());
}

export interface EmbeddingModelFacts extends EmbeddingLimits {
  /** Lengths of vectors that may be asked for. */
  readonly dimensions: readonly number[];
}

/** Page "text embedding" of docs.bigmodel.cn. */
const embeddingModels: ReadonlyMap<string, EmbeddingModelFacts> = new Map([
  [
    'embedding-3',
    { batchItems: 64, itemTokens: 3072, batchTokens: null, dimensions: [256, 512, 1024, 2048] },
  ],
  ['embedding-2', { batchItems: 64, itemTokens: 512, batchTokens: 8000, dimensions: [1024] }],
]);

/** The window that the model pages state for embedding models, in tokens. */
export const EMBEDDING_WINDOW = 8 * K;

/** The facts of an embedding model by GLM's id; null for anything else. */
export function embeddingModelFacts(id: string): EmbeddingModelFacts | null {
  return embeddingModels.get(id.toLowerCase()) ?? null;
}
