// Asks GLM once at start for its list of models: a wrong key, address or id is told before a user sees it.

import type { Logger } from 'pino';
import { failureRow } from '../failure/table.ts';
import type { GlmClient } from '../glm/client.ts';
import { listedModels } from '../glm/model-list.ts';
import { ModelError, type ModelFailureKind } from '../model/model-error.ts';

/** Longest wait for the list, in milliseconds. */
const LIST_MS = 15_000;

/** One key at one address, and what it is asked for. */
export interface CheckedAccount {
  /** Its name in the log. */
  readonly label: string;
  /** How the key begins, for people. */
  readonly keyHint: string;
  readonly baseUrl: string;
  readonly client: GlmClient;
  /** GLM's ids of the models. */
  readonly models: readonly string[];
}

/** Say nothing of key, address or models: the list is not offered, or not at this moment. */
const NO_NEWS: ReadonlySet<ModelFailureKind> = new Set([
  'rate_limited',
  'throttled',
  'overloaded',
  'upstream_refused',
]);

/** An address that ends in a version is probably right, and offers no list. */
const VERSIONED = /\/v\d+$/;

/** What came of the question. */
export type GlmAnswer =
  | { readonly result: 'lists_all'; readonly count: number }
  | { readonly result: 'lists_not_all'; readonly missing: readonly string[] }
  /** There is no list here, which says nothing of key and models. */
  | { readonly result: 'no_list'; readonly error: ModelError }
  | { readonly result: 'refused'; readonly error: ModelError };

/** Asks for the list, which costs nothing. @throws only the signal's reason */
export async function askGlm(
  { baseUrl, client, models }: Omit<CheckedAccount, 'label' | 'keyHint'>,
  signal: AbortSignal,
): Promise<GlmAnswer> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)]);
    const listed = await listedModels(client, limit);
    const missing = models.filter((model) => !listed.has(model.toLowerCase()));
    if (missing.length > 0) return { result: 'lists_not_all', missing };
    return { result: 'lists_all', count: listed.size };
  } catch (cause) {
    signal.throwIfAborted();
    const error = errorOf(cause);
    const noNews =
      NO_NEWS.has(error.kind) || (error.kind === 'address_wrong' && VERSIONED.test(baseUrl));
    return { result: noNews ? 'no_list' : 'refused', error };
  }
}

/** One warning at most for the account. Never rejects; the signal ends it. */
export async function checkGlm(
  account: CheckedAccount,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const answer = await askGlm(account, signal).catch(() => null);
  if (answer !== null) tell(answer, account, logger);
}

const UNLISTED_REMEDY =
  'check the ids; GLM may have retired them, or keep old ones off its list that still answer';

function tell(answer: GlmAnswer, { label, baseUrl }: CheckedAccount, logger: Logger): void {
  if (answer.result === 'lists_all') {
    logger.debug({ account: label }, 'GLM lists all models');
    return;
  }
  if (answer.result === 'lists_not_all') {
    const line = { account: label, baseUrl, models: answer.missing, remedy: UNLISTED_REMEDY };
    logger.warn(line, 'GLM does not list a model');
    return;
  }
  const { kind, upstream } = answer.error;
  const line = { account: label, baseUrl, failure: kind, code: upstream.code };
  if (answer.result === 'no_list') {
    logger.debug(line, 'GLM offers no list of models');
    return;
  }
  // These words are Node's own; what GLM writes is not logged here.
  const why = kind === 'upstream_unreachable' ? upstream.message : undefined;
  const { remedy } = failureRow(kind);
  logger.warn({ ...line, why, remedy }, 'GLM does not answer as expected');
}

/** The time limit is a `DOMException`. */
function errorOf(error: unknown): ModelError {
  return error instanceof ModelError ? error : new ModelError('upstream_timeout', {});
}
