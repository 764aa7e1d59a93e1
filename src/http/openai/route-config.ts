// What all routes below /v1 have in common.

/** Guarded as OpenAI's API is, and with its form of errors. */
export const OPENAI = { guard: 'openai', failureForm: 'openai' } as const;
