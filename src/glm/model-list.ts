// GLM's own list of its models. No official page describes it, and it may lack old ids that still work.

import { z } from 'zod';
import { ModelError } from '../model/model-error.ts';
import { asJson, type GlmClient, readReply } from './client.ts';

const modelList = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

/**
 * The ids that GLM lists for the key of the client, in lower case.
 * @throws ModelError, or the signal's reason
 */
export async function listedModels(
  client: GlmClient,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { json } = await readReply(client, { method: 'GET', path: '/models' }, signal, asJson);
  const list = modelList.safeParse(json);
  if (list.success) return new Set(list.data.data.map(({ id }) => id.toLowerCase()));
  throw new ModelError('upstream_malformed', { message: 'not a list of models' });
}
