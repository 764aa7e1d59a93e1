// `/worker_generate_stream` and `/worker_generate`: one answer, as it grows or when it is whole.

import type { FastifyInstance } from 'fastify';
import { type Frame, frameJson } from '../../fastchat/frames.ts';
import { generateRequest, parseRequest } from '../../fastchat/requests.ts';
import type { Worker } from '../../worker/worker.ts';
import { callerOf } from '../caller.ts';
import { type WriteLimits, writeFrames } from '../stream-writer.ts';

export function addGenerateRoutes(
  server: FastifyInstance,
  worker: Worker,
  limits: WriteLimits,
): void {
  const streamed = { config: { failureForm: 'frame' as const } };
  server.post('/worker_generate_stream', streamed, async (request, reply) => {
    const body = parseRequest(generateRequest, request.body);
    const call = callerOf(request, reply);
    reply.hijack();
    await writeFrames(reply.raw, worker.generate(body, call), limits);
  });

  const whole = { config: { failureForm: 'reply' as const } };
  server.post('/worker_generate', whole, async (request, reply) => {
    const body = parseRequest(generateRequest, request.body);
    let last: Frame | null = null;
    for await (const frame of worker.generate(body, callerOf(request, reply))) last = frame;
    // Without a last frame the caller is gone, and nobody reads the reply.
    if (last === null) return reply.hijack();
    return reply.type('application/json').header('connection', 'close').send(frameJson(last));
  });
}
