// The two halves of every strict rule: requests that must be refused by name, and such that must pass.
import type { Test } from 'tap';
import type { FakeGlm } from '../../../src/sandbox/glm/fake-glm.ts';
import { chat, HELLO, refusal } from './glm.ts';

/** Fields laid over the smallest chat request. */
export type Patch = { readonly [field: string]: unknown };
/** A patch, the code it is refused with, and what the message must name. */
export type RefusedCase = readonly [patch: Patch, code: string, field: string];

/** A patch for another model. */
export function on(model: string, patch: Patch): Patch {
  return { model, ...patch };
}

/** Each case is refused with HTTP 400, its code and its name, and counted as failed. */
export async function refuses(t: Test, glm: FakeGlm, cases: readonly RefusedCase[]): Promise<void> {
  for (const [patch, code, field] of cases) {
    const seen = refusal(await chat(glm, { ...HELLO, ...patch }));
    t.strictSame([seen.status, seen.code], [400, code], JSON.stringify(patch).slice(0, 90));
    t.ok(seen.message.includes(field), `the message names ${field}: ${seen.message}`);
  }
  const { length } = cases;
  t.strictSame(glm.ledger, { begun: length, finished: 0, cancelled: 0, failed: length });
}

/** Each patch passes. */
export async function allows(t: Test, glm: FakeGlm, patches: readonly Patch[]): Promise<void> {
  for (const patch of patches) {
    const { status, body } = await chat(glm, { ...HELLO, ...patch });
    t.equal(status, 200, `${JSON.stringify(patch)} ${status === 200 ? '' : body}`);
  }
}
