// The chat and tokenizer requests that GLM's documents forbid, as a table of fields.

import { isInteger, isObject, type JsonObject } from '../json.ts';
import { modelFacts } from './model-facts.ts';
import { badRequest, invalidField, promptTooLong } from './refusal.ts';
import {
  boolean,
  checkFields,
  type FieldRule,
  must,
  nullable,
  oneOf,
  stringOf,
} from './strict-fields.ts';
import { checkMessages } from './strict-messages.ts';
import { tools } from './strict-tools.ts';
import { countMessages } from './tokenizer.ts';

function decimal(least: number): FieldRule {
  return must(`a number from ${least} to 1 with at most two decimals`, (value) => {
    if (typeof value !== 'number' || value < least || value > 1) return false;
    return Math.abs(value * 100 - Math.round(value * 100)) < 1e-9;
  });
}

const maxTokens: FieldRule = (field, value, body) => {
  const limit = modelFacts(String(body['model'])).maxTokens;
  must(`an integer from 1 to ${limit}`, (given) => isInteger(given, 1, limit))(field, value, body);
};

const thinking: FieldRule = (field, value, body) => {
  const type = isObject(value) ? value['type'] : undefined;
  oneOf('enabled', 'disabled')(`${field}.type`, type, body);
  const able = modelFacts(String(body['model'])).thinking;
  if (able === 'none') throw badRequest(field, 'is not a parameter of this model');
};

const enabledThinking: FieldRule = (field, value, body) => {
  thinking(field, value, body);
  const disabled = isObject(value) && value['type'] === 'disabled';
  if (disabled && modelFacts(String(body['model'])).thinking === 'forced')
    throw badRequest(`${field}.type`, 'cannot be disabled for this model');
};

const reasoningEffort: FieldRule = (field, value, body) => {
  const { efforts } = modelFacts(String(body['model']));
  if (efforts !== null && !efforts.includes(String(value)))
    throw badRequest(field, `must be one of ${efforts.join(', ')} for this model`);
};

const responseFormat: FieldRule = (field, value, body) => {
  if (!isObject(value)) throw invalidField(field, 'must be an object');
  checkFields(value, { type: oneOf('text', 'json_object') }, ['type'], `${field}.`);
  if (modelFacts(String(body['model'])).images > 0)
    throw badRequest(field, 'is a parameter of text models only');
};

const toolStream: FieldRule = (field, value, body) => {
  boolean(field, value, body);
  if (value === true && body['stream'] !== true) throw badRequest(field, 'needs stream');
};

function stop(limit: number): FieldRule {
  return must(`an array of 1 to ${limit} strings that are not empty`, (value) => {
    if (!Array.isArray(value) || value.length < 1 || value.length > limit) return false;
    return value.every((item) => typeof item === 'string' && item !== '');
  });
}

const model = stringOf(1, 200);
const requestId = stringOf(6, 64);
const userId = stringOf(6, 128);
const object = must('an object', isObject);
const messages: FieldRule = (_field, value, body) => checkMessages(value, String(body['model']));

/** What the rules of a chat depend on beside the model. */
export interface ChatTerms {
  /** How many stop strings are taken: GLM's pages say 1 or 4. */
  readonly stopLimit: number;
  /** The coding plan ignores what a model that always thinks cannot do. */
  readonly codingPlan: boolean;
}

function chatRules({ stopLimit, codingPlan }: ChatTerms): { readonly [field: string]: FieldRule } {
  return {
    model,
    messages,
    stream: boolean,
    temperature: decimal(0),
    top_p: decimal(0.01),
    do_sample: boolean,
    max_tokens: maxTokens,
    stop: stop(stopLimit),
    seed: must('an integer', (value) => Number.isSafeInteger(value)),
    tools,
    tool_choice: oneOf('auto'),
    tool_stream: toolStream,
    // The official SDKs send these two as null when unset, so GLM takes that.
    response_format: nullable(responseFormat),
    thinking: nullable(codingPlan ? thinking : enabledThinking),
    reasoning_effort: reasoningEffort,
    request_id: requestId,
    user_id: userId,
    sensitive_word_check: object,
    meta: object,
    extra: object,
    watermark_enabled: boolean,
  };
}

/**
 * Checks a chat request.
 * @throws GlmRefusal 1210, 1213, 1214, 1215 or 1261 naming the field
 */
export function checkChat(body: JsonObject, terms: ChatTerms): void {
  checkFields(body, chatRules(terms), ['model', 'messages']);
  const limit = modelFacts(String(body['model'])).context;
  const tokens = countMessages(body['messages']).text;
  if (tokens > limit) throw promptTooLong('messages', tokens, limit);
}

/** Checks a token count request. @throws GlmRefusal */
export function checkTokenizer(body: JsonObject): void {
  const counted: FieldRule = (_field, value) => checkMessages(value, String(body['model']), true);
  const rules = { model, messages: counted, tools, request_id: requestId, user_id: userId };
  checkFields(body, rules, ['model', 'messages']);
}
