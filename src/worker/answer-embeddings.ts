// Embeds a list of inputs: split into batches the model takes, a few at once, all or nothing.

import { Attempts, permitOutcome } from '../admission/attempts.ts';
import type { Target } from '../admission/gate.ts';
import { Failure } from '../failure/failure.ts';
import { encodeVector } from '../fastchat/embeddings.ts';
import type { EmbeddingReply } from '../fastchat/replies.ts';
import type { EmbeddingRequest } from '../fastchat/requests.ts';
import type { EmbeddingBatch, EmbeddingLimits, EmbeddingModel } from '../model/embedding-model.ts';
import { estimateTokens } from '../tokens/token-estimate.ts';
import type { WorkerDeps } from './deps.ts';
import type { RequestContext } from './request-context.ts';
import type { ServedModels } from './served-models.ts';

/** Batches of one request that are under way at once; each takes a permit at the gate. */
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
  deps: WorkerDeps,
  models: ServedModels,
  request: EmbeddingRequest,
  context: RequestContext,
): Promise<EmbeddingReply> {
  context.model = request.model ?? models.first.name;
  const { model, target } = models.forEmbedding(request.model);
  context.upstreamModel = model.upstreamModel;
  const [endpoint] = target.endpoints;
  // FastChat passes on fewer vectors than inputs unnoticed, so an empty reply must not be possible.
  if (endpoint === undefined) throw new Error(`the model ${model.name} has no account`);
  const batches = splitBatches(request.input, endpoint.model.limits);
  const results = await embedBatches(deps, target, batches, context);
  const tokens = results.reduce((sum, result) => sum + result.tokens, 0);
  context.usage = { promptTokens: tokens, completionTokens: 0, totalTokens: tokens };
  context.done(null);
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
  deps: WorkerDeps,
  target: Target<EmbeddingModel>,
  batches: readonly string[][],
  context: RequestContext,
): Promise<EmbeddingBatch[]> {
  const results: EmbeddingBatch[] = [];
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const left = batches.entries();
  const lane = async () => {
    for (const [index, batch] of left) {
      results[index] = await embedBatch(deps, target, batch, signal, context);
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
  deps: WorkerDeps,
  target: Target<EmbeddingModel>,
  batch: readonly string[],
  signal: AbortSignal,
  context: RequestContext,
): Promise<EmbeddingBatch> {
  const attempts = new Attempts(deps, target, signal);
  for (;;) {
    const permit = await attempts.permit();
    context.started(context.tries + 1);
    try {
      const result = await permit.endpoint.model.embed(batch, signal);
      permit.accepted();
      permit.release('accepted');
      return result;
    } catch (error) {
      permit.release(permitOutcome(error));
      attempts.failed(permit, error);
    }
  }
}
