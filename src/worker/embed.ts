// Embeds a list of inputs: split into batches the model takes, a few at once, all or nothing.

import type { EmbeddingBatch, EmbeddingLimits, EmbeddingModel } from '../model/embedding-model.ts';
import { encodeVector } from '../protocol/embeddings.ts';
import type { EmbeddingReply } from '../protocol/replies.ts';
import type { EmbeddingRequest } from '../protocol/requests.ts';
import { Attempts, laneOutcome } from './attempts.ts';
import { Failure } from './failure.ts';
import type { Wish } from './gate.ts';
import type { WorkerParts } from './parts.ts';
import type { ServedModels } from './served-models.ts';
import { estimateTokens } from './token-estimate.ts';
import type { Work } from './work.ts';

/** Batches of one request that are under way at once; each takes a place at the gate. */
const BATCHES_AT_ONCE = 4;

/**
 * The estimate may be off by so much either way: an input is refused only beyond it, and batches
 * are filled no further than it allows.
 */
const LENGTH_TOLERANCE = 1.5;

/**
 * Embeds all inputs or none.
 * @throws Failure `input_rejected` naming the input by its index, and whatever a batch failed with
 */
export async function embed(
  parts: WorkerParts,
  models: ServedModels,
  request: EmbeddingRequest,
  work: Work,
): Promise<EmbeddingReply> {
  work.model = request.model ?? models.first.name;
  const { model, wish } = models.forEmbedding(request.model);
  work.upstreamModel = model.upstreamModel;
  const [route] = wish.routes;
  // FastChat passes on fewer vectors than inputs unnoticed, so an empty reply must not be possible.
  if (route === undefined) throw new Error(`the model ${model.name} has no account`);
  const batches = splitBatches(request.input, route.model.limits);
  const results = await embedBatches(parts, wish, batches, work);
  const tokens = results.reduce((sum, result) => sum + result.tokens, 0);
  work.usage = { promptTokens: tokens, completionTokens: 0, totalTokens: tokens };
  work.done(null);
  const encode = encodeVector(request.encoding_format);
  const embedding = results.flatMap(({ vectors }) => vectors.map(encode));
  return { embedding, token_num: tokens };
}

/** Consecutive inputs, as many together as the limits allow; order and number stay. */
export function splitBatches(
  inputs: readonly string[],
  { batchItems, itemTokens, batchTokens }: EmbeddingLimits,
): string[][] {
  const mostTokens = (batchTokens ?? Infinity) / LENGTH_TOLERANCE;
  const batches: string[][] = [];
  let last: string[] = [];
  let lastTokens = 0;
  for (const [index, input] of inputs.entries()) {
    const tokens = checkInput(input, index, itemTokens);
    const full = last.length >= batchItems || lastTokens + tokens > mostTokens;
    if (full || batches.length === 0) {
      last = [];
      lastTokens = 0;
      batches.push(last);
    }
    last.push(input);
    lastTokens += tokens;
  }
  return batches;
}

/** Refuses what GLM would refuse, where nobody could tell any more which input it was. */
function checkInput(input: string, index: number, itemTokens: number): number {
  const reject = (why: string) => new Failure('input_rejected', { hint: `input ${index}: ${why}` });
  if (!/\S/.test(input)) throw reject('is empty');
  const tokens = estimateTokens(input);
  if (tokens > itemTokens * LENGTH_TOLERANCE) {
    throw reject(`about ${tokens} tokens, the model takes ${itemTokens}`);
  }
  return tokens;
}

/** A few batches at once; the first that fails ends the others. */
async function embedBatches(
  parts: WorkerParts,
  wish: Wish<EmbeddingModel>,
  batches: readonly string[][],
  work: Work,
): Promise<EmbeddingBatch[]> {
  const results: EmbeddingBatch[] = [];
  const failed = new AbortController();
  const signal = AbortSignal.any([work.signal, failed.signal]);
  const left = batches.entries();
  const lane = async () => {
    for (const [index, batch] of left) {
      results[index] = await embedBatch(parts, wish, batch, signal, work);
    }
  };
  const lanes = Array.from({ length: Math.min(BATCHES_AT_ONCE, batches.length) }, lane);
  try {
    await Promise.all(lanes);
    return results;
  } catch (error) {
    // Not with `error`: a batch that is merely cancelled must not be counted as refused.
    failed.abort();
    await Promise.allSettled(lanes);
    throw error;
  }
}

async function embedBatch(
  parts: WorkerParts,
  wish: Wish<EmbeddingModel>,
  batch: readonly string[],
  signal: AbortSignal,
  work: Work,
): Promise<EmbeddingBatch> {
  const attempts = new Attempts(parts, wish, signal);
  for (;;) {
    const place = await attempts.place();
    work.started(work.tries + 1);
    try {
      const result = await place.route.model.embed(batch, signal);
      place.granted();
      place.leave('granted');
      return result;
    } catch (error) {
      place.leave(laneOutcome(error));
      attempts.failed(place, error);
    }
  }
}
