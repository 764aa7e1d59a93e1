// Finds the moment at which every buffer between GLM and a caller who does not read is full.

import type { GlmCall } from '../../src/sandbox/glm/fake-glm.ts';

/** So long without a byte means that nothing moves any more; no event tells it. */
const QUIET_MS = 250;

/** Resolves once GLM cannot get rid of another byte of this call. */
export async function stalled(call: GlmCall): Promise<void> {
  for (let before = -1; call.bytes !== before; ) {
    before = call.bytes;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
}
