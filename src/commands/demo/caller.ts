// Asks one question the way FastChat's API server does: controller, template, relay, frames.

import { type Dispatcher, request } from 'undici';
import { z } from 'zod';

/** What is used of a conversation template. */
const templateReply = z.looseObject({
  conv: z.looseObject({ system_message: z.string(), roles: z.array(z.string()), sep: z.string() }),
});

const addressReply = z.looseObject({ address: z.string() });

const frame = z.looseObject({
  text: z.string(),
  error_code: z.number(),
  usage: z
    .looseObject({ prompt_tokens: z.number(), completion_tokens: z.number() })
    .default({ prompt_tokens: 0, completion_tokens: 0 }),
});

/** One frame of the answer, with the whole text so far. */
export type AnswerFrame = z.output<typeof frame>;

/** A FastChat controller and the name of a model that it knows. */
export interface Question {
  readonly controller: string;
  readonly model: string;
  readonly text: string;
}

/** The body that `/worker_generate_stream` takes for this question. */
export async function generateBody(
  dispatcher: Dispatcher,
  { controller, model, text }: Question,
): Promise<Record<string, unknown>> {
  const { address } = addressReply.parse(
    await post(dispatcher, `${controller}/get_worker_address`, { model }),
  );
  const template = await post(dispatcher, `${address}/worker_get_conv_template`, { model });
  const { system_message: system, roles, sep } = templateReply.parse(template).conv;
  const [user = '', assistant = ''] = roles;
  const prompt = `${system}${sep}${user}: ${text}${sep}${assistant}:`;
  return { model, prompt, temperature: 0.7, top_p: 1, max_new_tokens: 2048, stop: ['###'] };
}

/** Asks through the controller's relay; each frame as it comes. */
export async function* ask(
  dispatcher: Dispatcher,
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<AnswerFrame, void, undefined> {
  const body = await generateBody(dispatcher, question);
  const { body: stream } = await request(`${question.controller}/worker_generate_stream`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of stream) {
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split('\0');
    rest = String(pieces.pop());
    for (const piece of pieces) if (piece !== '') yield frame.parse(JSON.parse(piece));
  }
}

async function post(dispatcher: Dispatcher, url: string, body: object): Promise<unknown> {
  const response = await request(url, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.body.json();
}
