// Shortcuts for tests against a fake GLM: start one with a test, ask it a chat, read its events.
import type { Test } from 'tap';
import {
  type FakeGlm,
  type FakeGlmOptions,
  startFakeGlm,
} from '../../../src/sandbox/glm/fake-glm.ts';
import type { Scenario } from '../../../src/sandbox/glm/scenario.ts';
import { asking, type Running, type Seen, start } from './http-client.ts';

/** Parsed JSON of a reply, looked at with `t.match` and `t.strictSame` only. */
export type Data = { readonly [name: string]: unknown };

/** A fake GLM that ends with the test. */
export async function withGlm(t: Test, options: FakeGlmOptions = {}): Promise<FakeGlm> {
  const glm = await startFakeGlm(options);
  t.teardown(() => glm.close());
  return glm;
}

/** What a scenario of a chat may say. */
export type ChatFields = Omit<Extract<Scenario, { kind: 'chat' }>, 'kind'>;

/** The smallest chat request. */
export const HELLO = { model: 'glm-4.6', messages: [{ role: 'user', content: 'hi' }] };
/** The same, streamed. */
export const STREAM = { ...HELLO, stream: true };

/** Begins a chat, answered by the scenario if one is given. */
export function startChat(glm: FakeGlm, body: unknown, scenario?: Scenario): Running {
  if (scenario !== undefined) glm.script(scenario);
  return start(`${glm.url}/chat/completions`, asking(body));
}

/** Asks a chat and waits for the end. */
export function chat(glm: FakeGlm, body: unknown, scenario?: Scenario): Promise<Seen> {
  return startChat(glm, body, scenario).seen;
}

/** The JSON of a reply. */
export function json(seen: Seen): Data {
  return JSON.parse(seen.body.toString('utf8'));
}

/** Status and error code of a reply, and the message. */
export function refusal(seen: Seen): { status: number; code: unknown; message: string } {
  const error = json(seen)['error'] as Data;
  return { status: seen.status, code: error['code'], message: String(error['message']) };
}

/** The payloads of a stream in GLM's usual line form. */
export function payloads(seen: Seen): string[] {
  const blocks = seen.body.toString('utf8').split('\n\n');
  return blocks.filter((block) => block.startsWith('data: ')).map((block) => block.slice(6));
}

/** The `choices[0].delta` texts of a stream, in order. */
export function deltas(seen: Seen, field = 'content'): string[] {
  const chunks = payloads(seen)
    .filter((payload) => payload !== '[DONE]')
    .map((payload): Data => JSON.parse(payload));
  return chunks.flatMap((chunk) => {
    const choice = (chunk['choices'] as Data[] | null)?.[0];
    const delta = choice?.['delta'] as Data | undefined;
    const text = delta?.[field];
    return typeof text === 'string' && text !== '' ? [text] : [];
  });
}

/** The parsed last chunk before `[DONE]`. */
export function lastChunk(seen: Seen): Data {
  const chunks = payloads(seen).filter((payload) => payload !== '[DONE]');
  return JSON.parse(String(chunks.at(-1)));
}
