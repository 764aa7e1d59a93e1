// What is known of GLM's models: the one table of their limits and abilities.

import { distance, nearest } from '../lib/nearest.ts';
import type { VisionLimits } from '../model/chat-model.ts';
import type { EmbeddingLimits } from '../model/embedding-model.ts';
import { type FamilyFacts, familyFacts } from './families.ts';

export interface ChatModelFacts extends FamilyFacts {
  /** Tokens of conversation and answer together. */
  readonly contextWindow: number;
  /** Longest answer in tokens; null where the documentation states none. */
  readonly maxOutput: number | null;
  /** Null = text only. */
  readonly vision: VisionLimits | null;
}

const K = 1000;
type OwnFacts = Omit<ChatModelFacts, keyof FamilyFacts>;

/**
 * Windows are the documented "128K" read as thousands, the smaller reading, so that a prompt that
 * FastChat lets through fits. Maximum outputs are exact figures.
 * Sources: model pages and the page "core parameters" of docs.bigmodel.cn and docs.z.ai.
 */
const textModel = (contextWindow: number, maxOutput: number | null): OwnFacts => ({
  contextWindow,
  maxOutput,
  vision: null,
});

const visionModel = (contextWindow: number, maxOutput: number, vision: VisionLimits): OwnFacts => ({
  contextWindow,
  maxOutput,
  vision,
});

const manyImages = { maxImages: 50, inline: true };
const fiveImages = { maxImages: 5, inline: true };

const chatModels: ReadonlyMap<string, OwnFacts> = new Map(
  Object.entries({
    // Model pages and core parameters, GLM-5 family. Both of the small 5.3 models see.
    'glm-5.3': textModel(1000 * K, 131_072),
    'glm-5.3-flash': visionModel(1000 * K, 131_072, manyImages),
    'glm-5.3-flashx': visionModel(1000 * K, 131_072, manyImages),
    'glm-5.3-flashx-legal': visionModel(1000 * K, 131_072, manyImages),
    'glm-5.2': textModel(1000 * K, 131_072),
    'glm-5.1': textModel(200 * K, 131_072),
    'glm-5': textModel(200 * K, 131_072),
    'glm-5-turbo': textModel(200 * K, 131_072),
    'glm-5v-turbo': visionModel(200 * K, 131_072, manyImages),
    // GLM-4.7 to 4.5: core parameters page.
    'glm-4.7': textModel(200 * K, 131_072),
    'glm-4.7-flash': textModel(200 * K, 131_072),
    'glm-4.7-flashx': textModel(200 * K, 131_072),
    'glm-4.6': textModel(200 * K, 131_072),
    'glm-4.6v': visionModel(128 * K, 32_768, manyImages),
    'glm-4.6v-flash': visionModel(128 * K, 32_768, manyImages),
    'glm-4.6v-flashx': visionModel(128 * K, 32_768, manyImages),
    'glm-4.5': textModel(128 * K, 98_304),
    'glm-4.5-air': textModel(128 * K, 98_304),
    'glm-4.5-x': textModel(128 * K, 98_304),
    'glm-4.5-airx': textModel(128 * K, 98_304),
    'glm-4.5-flash': textModel(128 * K, 98_304),
    // Lists of others agree on 64K; its own page states no window.
    'glm-4.5v': visionModel(64 * K, 16_384, manyImages),
    // The pages disagree on -flash; the smaller figure holds for both.
    'glm-4.1v-thinking-flash': visionModel(64 * K, 16_384, fiveImages),
    'glm-4.1v-thinking-flashx': visionModel(64 * K, 16_384, fiveImages),
    // GLM-4 family: model pages.
    'glm-4-plus': textModel(128 * K, 4095),
    'glm-4-air': textModel(128 * K, 4095),
    // 8K in the lists of others, unlike its family.
    'glm-4-airx': textModel(8 * K, 4095),
    'glm-4-air-250414': textModel(128 * K, 16_384),
    'glm-4-flash': textModel(128 * K, 4095),
    'glm-4-flashx': textModel(128 * K, 4095),
    // Model page 16K, parameter page 32K: the smaller one is safe.
    'glm-4-flash-250414': textModel(128 * K, 16_384),
    'glm-4-flashx-250414': textModel(128 * K, 16_384),
    'glm-4-long': textModel(1000 * K, 4095),
    'glm-4-0520': textModel(128 * K, 4095),
    'glm-4': textModel(128 * K, 4095),
    'glm-3-turbo': textModel(128 * K, 4095),
    // No page states anything of it.
    'glm-zero-preview': textModel(16 * K, 4095),
    'glm-4-32b-0414-128k': textModel(128 * K, 16_384),
    // No page states the output of these two any more: their siblings' smallest is taken.
    'glm-4v': visionModel(128 * K, 1024, { maxImages: 1, inline: true }),
    'glm-4v-plus': visionModel(16 * K, 1024, fiveImages),
    'glm-4v-plus-0111': visionModel(16 * K, 8192, fiveImages),
    'glm-4v-flash': visionModel(16 * K, 1024, { maxImages: 1, inline: false }),
    // No page states its limits: the smallest of its siblings', and what its own client asks for.
    'autoglm-phone': visionModel(16 * K, 3000, { maxImages: 1, inline: true }),
    'glm-4-voice': textModel(8 * K, 4096),
    'charglm-4': textModel(8 * K, 4096),
    emohaa: textModel(8 * K, 4096),
    'codegeex-4': textModel(128 * K, 32_768),
  } satisfies Record<string, OwnFacts>),
);

/** What is assumed of a chat model that the table does not hold, next to its family's facts. */
const unknownModel: OwnFacts = textModel(128 * K, null);

/** The facts of a chat model by GLM's id, in any case; cautious ones for an id not in the table. */
export function chatModelFacts(id: string): ChatModelFacts {
  const known = id.toLowerCase();
  return { ...(chatModels.get(known) ?? unknownModel), ...familyFacts(known) };
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

/** Whether a GLM id is that of a model which embeds, be it in the catalogue or newer. */
export function isEmbeddingModel(id: string): boolean {
  return /^embedding-/i.test(id);
}

/** The window that the model pages state for embedding models, in tokens. */
export const EMBEDDING_WINDOW = 8 * K;

/** The facts of an embedding model by GLM's id, in any case; null for anything else. */
export function embeddingModelFacts(id: string): EmbeddingModelFacts | null {
  return embeddingModels.get(id.toLowerCase()) ?? null;
}

/** A model that is in the catalogue. */
export interface CatalogueEntry {
  /** As GLM spells it. */
  readonly id: string;
  readonly kind: 'chat' | 'embedding';
  /** The window that the model has, in tokens: of conversation and answer, or of one text. */
  readonly contextWindow: number;
}

/** The entry of a GLM model by its id, in any case; null for an id that is not in the catalogue. */
export function catalogueEntry(id: string): CatalogueEntry | null {
  const known = id.toLowerCase();
  const chat = chatModels.get(known);
  if (chat !== undefined) return { id: known, kind: 'chat', contextWindow: chat.contextWindow };
  if (!embeddingModels.has(known)) return null;
  return { id: known, kind: 'embedding', contextWindow: EMBEDDING_WINDOW };
}

/** Whether `id` is a GLM model id that the catalogue knows. */
export function isGlmModel(id: string): boolean {
  return catalogueEntry(id) !== null;
}

/** Ids of GLM begin like this; others count as such within a slip or two. */
const LOOKS_LIKE_GLM = /^(glm|chatglm|charglm|codegeex|autoglm|embedding|emohaa)/;
const SLIPS = 2;

/**
 * The catalogue's nearest id to one that looks like GLM's and is not in it, such as `glm-4.6` for
 * `glm-4.66`. Null for an id that is in the catalogue, and for one that does not look like GLM's.
 */
export function nearestModel(id: string): string | null {
  const asked = id.toLowerCase();
  if (catalogueEntry(asked) !== null) return null;
  const near = nearest(asked, [...chatModels.keys(), ...embeddingModels.keys()]);
  return LOOKS_LIKE_GLM.test(asked) || distance(asked, near) <= SLIPS ? near : null;
}
