// Requests of every kind, so that each metric has something to tell.

import type { Test } from 'tap';
import type { ModelsWorker } from '../../support/start-with-models.ts';

/** Names that are served: one that chats, one that stands in for it, and one that embeds. */
export const MODELS = {
  chat: { version: 'glm-4.6', fallback: ['spare'] },
  spare: { version: 'glm-4.5' },
  vectors: { version: 'embedding-3' },
};

/** Chats, vectors, a retry, a fallback, a refused token, a caller who leaves and one who errs. */
export async function mixedLoad(_t: Test, { glm, chat, stream, ask }: ModelsWorker): Promise<void> {
  await chat('chat');
  await ask('/worker_get_embeddings', { model: 'vectors', input: ['one', 'two'] });
  glm.script({ kind: 'error', status: 500, code: '500' });
  await chat('chat');
  glm.script({ kind: 'error', status: 401, code: '1003' });
  await chat('chat');
  glm.script({ kind: 'error', status: 400, code: '1211' });
  await chat('chat');
  glm.script({ kind: 'chat', pieces: ['a word', { hold: 'left' }] });
  const leaving = stream('spare');
  await leaving.frame(({ text }) => text === 'a word');
  leaving.leave();
  await chat('not served');
}
