// Answers a list of inputs with vectors: batches the model takes, a few at once, all or nothing.

import { permitOutcome } from '../admission/attempts.ts';
import type { Target } from '../admission/target.ts';
import { Failure } from '../failure/failure.ts';
import { ownTurn } from '../lib/own-turn.ts';
import type { Usage } from '../model/chat-model.ts';
import type {
  EmbeddingBatch,
  EmbeddingLimits,
  EmbeddingModel,
  JsonVector,
} from '../model/embedding-model.ts';
import { exceedsWindow } from '../model/window.ts';
import { estimateTokens } from '../tokens/token-estimate.ts';
import type { WorkerDeps } from './deps.ts';
import type { RequestContext } from './request-context.ts';
import { begunAttempt } from './request-trace.ts';
import type { ServedModel, ServedModels } from './served-models.ts';

/** Texts to embed with a served model. */
export interface AskedEmbeddings {
  /** The name it was asked by; undefined = the first model. */
  readonly model: string | undefined;
  readonly inputs: readonly string[];
  /** Length of the vectors; undefined = as the model is set. */
  readonly dimensions?: number | undefined;
}

/** What one request to a model holds. */
type Batch = Pick<AskedEmbeddings, 'inputs' | 'dimensions'>;

export interface Embeddings {
  /** One vector per input, in their order. */
  readonly vectors: readonly JsonVector[];
  /** Tokens of all inputs, as the provider counts them. */
  readonly tokens: number;
}

/** Batches of one request that are under way at once; each takes a permit. */
const BATCHES_AT_ONCE = 4;

/**
 * The estimate may be off by so much either way: an input is refused only beyond it, and batches
 * are filled no further than it allows.
 */
const LENGTH_TOLERANCE = 1.5;

/** UTF-16 units of inputs that are counted in one go: some milliseconds' worth. */
const COUNTED_AT_ONCE = 256 * 1024;

/**
 * Embeds all inputs or none.
 * @throws Failure `request_invalid` for a length that the model does not have, `input_rejected` or `input_too_long` naming the input by its index, and whatever a
 *   batch failed with
 */
export async function answerEmbeddings(
  deps: WorkerDeps,
  models: ServedModels,
  asked: AskedEmbeddings,
  context: RequestContext,
): Promise<Embeddings> {
  context.operation = 'embeddings';
  context.model = asked.model ?? models.first.name;
  const { model, target } = models.forEmbedding(asked.model);
  context.upstreamModel = model.upstreamModel;
  const [endpoint] = target.endpoints;
  // FastChat passes on fewer vectors than inputs unnoticed, so an empty reply must not be possible.
  if (endpoint === undefined) throw new Error(`the model ${model.name} has no account`);
  const { dimensions } = asked;
  checkDimensions(dimensions, endpoint.model.dimensions);
  const split = await splitBatches(asked.inputs, endpoint.model.limits);
  const batches = split.map((inputs) => ({ inputs, dimensions }));
  const results = await embedBatches(deps, model, target, batches, context);
  const tokens = results.reduce((sum, result) => sum + result.tokens, 0);
  context.usage = usageOf(tokens);
  context.countedUsage = context.usage;
  context.done(null);
  return { vectors: results.flatMap(({ vectors }) => vectors), tokens };
}

function usageOf(tokens: number): Usage {
  return { promptTokens: tokens, completionTokens: 0, totalTokens: tokens };
}

/** @throws Failure for a length that the model is known not to have */
function checkDimensions(wanted: number | undefined, known: readonly number[] | null): void {
  if (wanted === undefined || known === null || known.includes(wanted)) return;
  const hint = `dimensions: must be one of ${known.join(', ')} for this model`;
  throw new Failure('request_invalid', { hint, param: 'dimensions' });
}

/** Consecutive inputs, as many together as the limits allow; order and number stay. */
export async function splitBatches(
  inputs: readonly string[],
  { batchItems, itemTokens, batchTokens }: EmbeddingLimits,
): Promise<string[][]> {
  const mostTokens = (batchTokens ?? Infinity) / LENGTH_TOLERANCE;
  const batches: string[][] = [];
  let last: string[] = [];
  let lastTokens = 0;
  let counted = 0;
  for (const [index, input] of inputs.entries()) {
    if (counted >= COUNTED_AT_ONCE) {
      counted = 0;
      await ownTurn();
    }
    counted += input.length;
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

/** Refuses what the model would refuse, where nobody could tell any more which input it was. */
function checkInput(input: string, index: number, itemTokens: number): number {
  if (exceedsWindow(input.length, itemTokens)) {
    const hint = `input ${index}: ${input.length} characters, the model takes ${itemTokens} tokens`;
    throw new Failure('input_too_long', { hint });
  }
  if (!/\S/.test(input)) {
    throw new Failure('input_rejected', { hint: `input ${index}: is empty` });
  }
  const tokens = estimateTokens(input);
  if (tokens > itemTokens * LENGTH_TOLERANCE) {
    const hint = `input ${index}: about ${tokens} tokens, the model takes ${itemTokens}`;
    throw new Failure('input_too_long', { hint });
  }
  return tokens;
}

/** A few batches at once; the first that fails ends the others. */
async function embedBatches(
  deps: WorkerDeps,
  model: ServedModel,
  target: Target<EmbeddingModel>,
  batches: readonly Batch[],
  context: RequestContext,
): Promise<EmbeddingBatch[]> {
  const results: EmbeddingBatch[] = [];
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const left = batches.entries();
  const lane = async () => {
    for (const [index, batch] of left) {
      results[index] = await embedBatch(deps, model, target, batch, signal, context);
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
  model: ServedModel,
  target: Target<EmbeddingModel>,
  { inputs, dimensions }: Batch,
  signal: AbortSignal,
  context: RequestContext,
): Promise<EmbeddingBatch> {
  const attempts = deps.admission.attempts(target, context.within(signal));
  for (;;) {
    const permit = await attempts.permit();
    const begun = begunAttempt('embeddings', permit, context.attempts + 1);
    const tried = context.started(model, begun);
    let usage: Usage | null = null;
    try {
      const result = await permit.endpoint.model.embed(inputs, signal, dimensions);
      usage = usageOf(result.tokens);
      permit.accepted();
      permit.release('accepted');
      attempts.answered(permit);
      return result;
    } catch (error) {
      permit.release(permitOutcome(error));
      tried.failed(error);
      attempts.failed(permit, error);
    } finally {
      tried.ended({ usage, finish: null, response: null });
    }
  }
}
