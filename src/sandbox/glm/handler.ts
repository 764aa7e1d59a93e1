// Serves one GLM request: who is it, is it allowed, how does the scenario want it answered.

import { isObject, type JsonObject, parseJson } from '../json.ts';
import { settleAnswer, speechPieces } from './chat-answer.ts';
import { playStream, playWhole, wholeBody } from './chat-stream-script.ts';
import { checkEmbeddings, embeddingsBody } from './embeddings.ts';
import { playEmpty } from './empty-answer.ts';
import type { Exchange } from './exchange.ts';
import { type FaultMaterial, jsonMaterial, streamMaterial } from './fault-material.ts';
import { playFault } from './faults.ts';
import { checkAuthorization } from './jwt-check.ts';
import { isEmbeddingModel } from './model-facts.ts';
import { modelsBody } from './models-list.ts';
import { badRequest, errorBody, GlmRefusal, invalidField, missingField } from './refusal.ts';
import { type ReplyIds, replyIds } from './reply-ids.ts';
import type { ChatScenario, ErrorScenario, FaultScenario, Scenario } from './scenario.ts';
import type { GlmState } from './state.ts';
import { type ChatTerms, checkChat, checkTokenizer } from './strict-rules.ts';
import { tokenizerBody } from './tokenizer.ts';

/** The endpoints of the API that take a request and play scenarios. */
export type Endpoint = 'chat' | 'embeddings' | 'tokenizer';

/** Where the coding plan is served. */
export const CODING_BASE = '/api/coding/paas/v4';

interface Admitted {
  readonly endpoint: Endpoint;
  readonly body: JsonObject;
  readonly ids: ReplyIds;
}

function onCodingPlan({ call }: Exchange): boolean {
  return call.path.startsWith(CODING_BASE);
}

function checkStrictly(endpoint: Endpoint, body: JsonObject, terms: ChatTerms): void {
  if (isEmbeddingModel(String(body['model'])) !== (endpoint === 'embeddings'))
    throw new GlmRefusal(400, '1212', `The model does not support this method (${endpoint})`);
  if (endpoint === 'chat') checkChat(body, terms);
  else if (endpoint === 'embeddings') checkEmbeddings(body);
  else checkTokenizer(body);
}

function unknownModel(exchange: Exchange, model: string): GlmRefusal {
  if (onCodingPlan(exchange)) return invalidField('modelCode', `${model} does not exist`);
  return new GlmRefusal(400, '1211', 'The model does not exist, check the model parameter');
}

function checkModel(state: GlmState, exchange: Exchange, model: unknown): string {
  if (model === undefined) throw missingField('model');
  if (typeof model !== 'string') throw invalidField('model', 'must be a string');
  if (!state.knows(model)) throw unknownModel(exchange, model);
  return model;
}

async function admit(state: GlmState, exchange: Exchange, endpoint: Endpoint): Promise<Admitted> {
  const { call, request } = exchange;
  const body = parseJson((await exchange.readBody()).toString('utf8'));
  call.body = body ?? null;
  call.auth = checkAuthorization(request.headers.authorization, state.auth);
  if (!isObject(body)) throw badRequest('body', 'must be a JSON object');
  const model = checkModel(state, exchange, body['model']);
  const { strict, stopLimit } = state;
  if (strict) checkStrictly(endpoint, body, { stopLimit, codingPlan: onCodingPlan(exchange) });
  const requestId = body['request_id'];
  if (typeof requestId === 'string') state.useRequestId(requestId);
  state.pass(body);
  return { endpoint, body, ids: replyIds(call.number, state.auth.clock(), model, requestId) };
}

async function sendError(exchange: Exchange, scenario: ErrorScenario): Promise<void> {
  await exchange.pause(scenario.delayMs ?? 0);
  const {
    status = 500,
    code = '500',
    message = 'Internal error',
    body,
    retryAfter,
    envelope,
  } = scenario;
  exchange.call.code = body === undefined ? code : null;
  await exchange.sendJson('failed', status, body ?? errorBody(code, message, envelope), {
    ...(scenario.contentType !== undefined && { 'content-type': scenario.contentType }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  });
}

function faultMaterial({ endpoint, body, ids }: Admitted, fault: FaultScenario): FaultMaterial {
  if (endpoint === 'embeddings') return jsonMaterial(fault, embeddingsBody(body, ids));
  if (endpoint === 'tokenizer') return jsonMaterial(fault, tokenizerBody(body['messages'], ids));
  if (body['stream'] === true) return streamMaterial(fault, body, ids);
  const pieces = speechPieces(fault, body);
  const scenario: ChatScenario = { kind: 'chat', pieces };
  return jsonMaterial(fault, wholeBody(scenario, settleAnswer(scenario, body), ids));
}

async function sendLater(exchange: Exchange, delay: number, json: string): Promise<void> {
  await exchange.pause(delay);
  await exchange.sendJson('finished', 200, json);
}

function perform(exchange: Exchange, admitted: Admitted, scenario: Scenario): Promise<void> {
  const { endpoint, body, ids } = admitted;
  if (scenario.kind === 'error') return sendError(exchange, scenario);
  if (scenario.kind === 'fault')
    return playFault(exchange, faultMaterial(admitted, scenario), scenario);
  const streamed = body['stream'] === true;
  if (scenario.kind === 'empty' && endpoint === 'chat')
    return playEmpty(exchange, scenario, streamed, ids);
  const { kind } = scenario;
  const delay = (kind === 'chat' ? scenario.firstDelayMs : scenario.delayMs) ?? 0;
  const order = kind === 'embeddings' ? scenario.embeddingOrder : undefined;
  if (endpoint === 'tokenizer')
    return sendLater(exchange, delay, tokenizerBody(body['messages'], ids));
  if (endpoint === 'embeddings')
    return sendLater(exchange, delay, embeddingsBody(body, ids, order));
  const chat: ChatScenario = kind === 'chat' ? scenario : { kind: 'chat', firstDelayMs: delay };
  const play = streamed && chat.wholeJson !== true ? playStream : playWhole;
  return play(exchange, chat, body, ids);
}

function tellTime(state: GlmState, { response }: Exchange): void {
  response.setHeader('date', new Date(state.auth.clock()).toUTCString());
}

async function answer(state: GlmState, exchange: Exchange, endpoint: Endpoint): Promise<void> {
  tellTime(state, exchange);
  const admitted = await admit(state, exchange, endpoint);
  state.log.markReady(exchange.call);
  // Only chat is limited: GLM counts requests at once per account and model there.
  const leave =
    endpoint === 'chat'
      ? state.enter(String(exchange.call.auth.keyId), admitted.ids.model)
      : undefined;
  try {
    await perform(exchange, admitted, state.take());
  } finally {
    leave?.();
  }
}

async function refuse(exchange: Exchange, error: unknown): Promise<void> {
  if (exchange.left) return;
  if (exchange.response.headersSent) return exchange.cut();
  const known = error instanceof GlmRefusal;
  const { status, code, message } = known ? error : new GlmRefusal(500, '500', String(error));
  exchange.call.code = code;
  await exchange.sendJson('failed', status, errorBody(code, message));
}

async function listModels(state: GlmState, exchange: Exchange): Promise<void> {
  const { call, request } = exchange;
  tellTime(state, exchange);
  call.auth = checkAuthorization(request.headers.authorization, state.auth);
  state.log.markReady(call);
  await exchange.sendJson('finished', 200, modelsBody());
}

/** Serves a request to the end, whatever that is; never rejects. The list of models plays no scenario. */
export async function serveGlm(
  state: GlmState,
  exchange: Exchange,
  endpoint: Endpoint | 'models',
): Promise<void> {
  try {
    if (endpoint === 'models') await listModels(state, exchange);
    else await answer(state, exchange, endpoint);
  } catch (error) {
    // A caller who leaves while reading the refusal is already recorded as gone.
    await refuse(exchange, error).catch(() => undefined);
  }
}
