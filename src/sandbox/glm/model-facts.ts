// What GLM's documents say of each model, as far as the strict mode refuses requests by it.

/** Limits of one model; where the documents are silent the most permissive value stands. */
export interface ModelFacts {
  /** Input tokens beyond which a prompt is too long. */
  readonly context: number;
  /** Largest `max_tokens`. */
  readonly maxTokens: number;
  /** Images per request; 0 for a model that sees none. */
  readonly images: number;
  /** Whether an image may be sent as base64. */
  readonly base64: boolean;
  /** `none`: the `thinking` field is not taken; `forced`: it cannot be disabled. */
  readonly thinking: 'none' | 'optional' | 'forced';
  /** Levels of `reasoning_effort`; null for a model that ignores it. */
  readonly efforts: readonly string[] | null;
}

type Row = readonly [RegExp, Partial<ModelFacts>];

const UNKNOWN: ModelFacts = {
  context: 1_048_576,
  maxTokens: 131_072,
  images: 0,
  base64: true,
  thinking: 'optional',
  efforts: null,
};
const EFFORTS = ['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none'];
const K = 1024;
const vision = { images: 50 };

// Later rows win over earlier ones. Sources: the parameter page for max_tokens, the model pages for
// contexts and images; where two pages disagree the larger limit, so that no allowed call is refused.
const ROWS: readonly Row[] = [
  [/^glm-(3|4)(-|v|$)|^(charglm|emohaa|codegeex)/, { thinking: 'none', context: 128 * K }],
  [/^glm-4\.5(-|$)/, { context: 128 * K, maxTokens: 98_304 }],
  [/^glm-4\.5v/, { ...vision, maxTokens: 16_384 }],
  [/^glm-4\.6(-|$)/, { context: 200 * K }],
  [/^glm-4\.6v/, { ...vision, context: 128 * K, maxTokens: 32_768 }],
  [/^glm-4\.7/, { context: 200 * K }],
  [/^glm-4\.1v/, { ...vision, context: 64 * K, maxTokens: 32_768 }],
  [/^glm-4\.1v-thinking-flashx/, { maxTokens: 16_384 }],
  [/^glm-5(\.1)?(-turbo)?$/, { context: 200 * K }],
  [/^glm-5v/, { ...vision, context: 200 * K }],
  [/^glm-5\.2/, { efforts: EFFORTS }],
  // Of the models that "always think" only this family refuses to stop; the others do when told so.
  [/^glm-5\.3/, { thinking: 'forced', efforts: ['low', 'high', 'max'] }],
  [/^glm-5\.3-flash/, vision],
  [/^glm-4-(plus|air|airx|flash|flashx)$/, { maxTokens: 4095 }],
  [/^glm-4-air-250414/, { maxTokens: 16_384 }],
  [/^glm-4-flashx?-250414/, { maxTokens: 32_768 }],
  [/^glm-4-long/, { context: UNKNOWN.context, maxTokens: 4096 }],
  [/^glm-4v|^autoglm-phone/, vision],
  [/^glm-4v-plus-0111/, { images: 5, maxTokens: 8192 }],
  [/^glm-4v-flash/, { images: 1, base64: false, context: 16 * K, maxTokens: 1024 }],
  [/^(glm-4-voice|charglm|emohaa)/, { maxTokens: 4096 }],
  [/^codegeex/, { maxTokens: 32_768 }],
];

/** The limits of a model by its name; unknown names get the widest. */
export function modelFacts(model: string): ModelFacts {
  const name = model.toLowerCase();
  return Object.assign({}, UNKNOWN, ...ROWS.filter(([re]) => re.test(name)).map(([, row]) => row));
}

/** Whether the name is that of an embeddings model. */
export function isEmbeddingModel(model: string): boolean {
  return model.toLowerCase().startsWith('embedding');
}
