// `/v1/models`: the names that are served.

import type { FastifyInstance } from 'fastify';
import { Failure } from '../../failure/failure.ts';
import { modelList, wireModel } from '../../openai/models.ts';
import type { Worker } from '../../worker/worker.ts';
import { OPENAI } from './route-config.ts';

export function addModelRoutes(server: FastifyInstance, worker: Worker): void {
  const created = Math.floor(Date.now() / 1000);
  const config = OPENAI;

  server.get('/v1/models', { config }, async () => modelList(worker.modelNames, created));

  // Names may have slashes.
  server.get<{ Params: { '*': string } }>('/v1/models/*', { config }, async ({ params }) => {
    const id = params['*'];
    if (worker.modelNames.includes(id)) return wireModel(id, created);
    throw new Failure('model_not_served', { hint: `served here: ${worker.modelNames.join(', ')}` });
  });
}
