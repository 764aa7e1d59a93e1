// Every field a FastChat caller may send with a prompt: where it goes, or why it goes nowhere.

import type { GenerateRequest } from './requests.ts';

/** The sampling parameters that a model is asked with, in neutral words. */
export interface SamplingParameters {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
}

interface ForwardedRow {
  readonly field: string;
  readonly to: keyof SamplingParameters;
  readonly read: (request: GenerateRequest) => number | undefined;
}

interface UsedRow {
  readonly field: string;
  /** What this worker does with it itself. */
  readonly use: string;
}

interface DroppedRow {
  readonly field: string;
  readonly because: string;
}

export type ParameterRow = ForwardedRow | UsedRow | DroppedRow;

/** `fastchat/serve/openai_api_server.py` get_gen_params and `gradio_web_server.py` bot_response. */
export const parameterRows: readonly ParameterRow[] = [
  { field: 'model', use: 'chooses the served model; absent means the first one' },
  { field: 'prompt', use: 'read back into the messages it was made of' },
  { field: 'temperature', to: 'temperature', read: (request) => request.temperature },
  // FastChat fills in 1 where its caller said nothing.
  {
    field: 'top_p',
    to: 'topP',
    read: ({ top_p: topP }) => (topP === 1 ? undefined : topP),
  },
  { field: 'max_new_tokens', to: 'maxTokens', read: (request) => request.max_new_tokens },
  {
    field: 'stop',
    use: "enforced here, the template's own `###` excepted; passed on as far as GLM takes it",
  },
  { field: 'echo', use: 'a completion begins with its prompt when it is true' },
  { field: 'images', use: 'put back at their placeholders, for models that see' },
  { field: 'top_k', because: 'GLM has no such parameter' },
  { field: 'presence_penalty', because: 'GLM has no such parameter' },
  { field: 'frequency_penalty', because: 'GLM has no such parameter' },
  { field: 'repetition_penalty', because: 'GLM has no such parameter' },
  { field: 'stop_token_ids', because: "ids of another model's vocabulary" },
  { field: 'logprobs', because: 'GLM reports none' },
  { field: 'best_of', because: 'GLM gives one answer per request' },
  { field: 'use_beam_search', because: 'GLM has no such parameter' },
];

const forwarded = parameterRows.filter((row): row is ForwardedRow => 'to' in row);

/** The parameters of a request that a model is asked with; absent ones stay absent. */
export function samplingParameters(request: GenerateRequest): SamplingParameters {
  return Object.fromEntries(
    forwarded
      .map(({ to, read }) => [to, read(request)] as const)
      .filter(([, value]) => value !== undefined),
  );
}
