// The embeddings endpoint: vectors that depend on the text alone, and the documented limits.
import { createHash } from 'node:crypto';
import { isStringList, type JsonObject } from '../json.ts';
import { nextState } from '../seeded.ts';
import { invalidField, promptTooLong } from './refusal.ts';
import type { ReplyIds } from './reply-ids.ts';
import type { EmbeddingsScenario } from './scenario.ts';
import { checkFields, type FieldRule, must, oneOf, stringOf } from './strict-fields.ts';
import { countTokens } from './tokenizer.ts';

const MAX_ITEMS = 64;
const EMBEDDING_2 = { dimensions: [1024], itemTokens: 512, allTokens: 8192 };
const EMBEDDING_3 = {
  dimensions: [256, 512, 1024, 2048],
  itemTokens: 3072,
  allTokens: Number.POSITIVE_INFINITY,
};

function limitsOf(model: unknown) {
  return model === 'embedding-2' ? EMBEDDING_2 : EMBEDDING_3;
}

/** The sandbox's vector of a text: of length 1, and the same in every run. */
export function sandboxVector(text: string, dimensions: number): number[] {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0);
  const raw = Array.from({ length: dimensions }, () => {
    state = nextState(state);
    return state / 2 ** 31 - 1;
  });
  const norm = Math.hypot(...raw);
  return raw.map((value) => Number((value / norm).toFixed(8)));
}

function inputsOf(input: unknown): string[] {
  return isStringList(input) ? input : [String(input)];
}

const input: FieldRule = (field, value, body) => {
  const { itemTokens, allTokens } = limitsOf(body['model']);
  must('a string or an array of strings', (given) => {
    return typeof given === 'string' || isStringList(given);
  })(field, value, body);
  const items = inputsOf(value);
  if (items.length < 1 || items.length > MAX_ITEMS)
    throw invalidField(field, `must hold 1 to ${MAX_ITEMS} items`);
  let sum = 0;
  for (const [index, item] of items.entries()) {
    if (item === '') throw invalidField(`${field}[${index}]`, 'must not be empty');
    const tokens = countTokens(item);
    if (tokens > itemTokens) throw promptTooLong(`${field}[${index}]`, tokens, itemTokens);
    sum += tokens;
  }
  if (sum > allTokens) throw promptTooLong(field, sum, allTokens);
};

const dimensions: FieldRule = (field, value, body) =>
  oneOf(...limitsOf(body['model']).dimensions)(field, value, body);

const RULES = {
  model: stringOf(1, 200),
  input,
  dimensions,
  // The SDKs offer it, GLM's page does not know it, and the reply holds numbers in any case.
  encoding_format: oneOf('float'),
  request_id: stringOf(6, 64),
  user_id: stringOf(6, 128),
  user: stringOf(1, 128),
  sensitive_word_check: must('an object', (value) => typeof value === 'object' && value !== null),
};

/** Checks an embeddings request. @throws GlmRefusal 1210, 1213, 1214 or 1261 naming the field */
export function checkEmbeddings(body: JsonObject): void {
  checkFields(body, RULES, ['model', 'input']);
}

/** The JSON body of a reply to the request. */
export function embeddingsBody(
  body: JsonObject,
  ids: ReplyIds,
  order: EmbeddingsScenario['embeddingOrder'] = 'sorted',
): string {
  const asked = body['dimensions'];
  const size = typeof asked === 'number' ? asked : limitsOf(body['model']).dimensions.at(-1);
  const items = inputsOf(body['input']);
  const data = items.map((text, index) => {
    const embedding = order === 'malformed' ? 'oops' : sandboxVector(text, Number(size));
    return { index, object: 'embedding', embedding };
  });
  if (order === 'shuffled') data.reverse();
  if (order === 'missing') data.pop();
  const tokens = items.reduce((sum, text) => sum + countTokens(text), 0);
  const usage = { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
  return JSON.stringify({ object: 'list', model: ids.model, data, usage });
}
