// A failure of GLM's in half a line: its name, GLM's code, and the words of the network where there are no others.

import type { ModelError } from '../model/model-error.ts';

export function told({ kind, upstream }: ModelError): string {
  const { code, status, message } = upstream;
  // GLM's own words may repeat what it was sent.
  const words = kind === 'upstream_unreachable' ? message : undefined;
  const facts = [code && `code ${code}`, status && `HTTP ${status}`, words];
  const known = facts.filter((fact) => fact);
  return known.length === 0 ? kind : `${kind}, ${known.join(', ')}`;
}
