// Users who chat beside programs that embed, over real sockets.

import t from 'tap';
import { HELLO, startWorker } from '../support/start-worker.ts';

const USERS = 8;
const CHATS = 6;
const EMBEDDERS = 12;

t.test('12 callers who embed take at most a third of the calls while 8 users chat', async (t) => {
  const env = {
    LIMIT_WORKER_CONCURRENCY: '5',
    MODEL_NAMES: 'zhipu-api=glm-4.6,vectors=embedding-3',
  };
  const { post, glm } = await startWorker(t, env);
  glm.setDefault({ kind: 'chat', text: 'yes', firstDelayMs: 200 });
  let chatting = USERS;
  const chat = async () => {
    for (let count = 0; count < CHATS; count++) {
      t.match((await post('/worker_generate', HELLO)).status, 200);
    }
    chatting--;
  };
  const embed = async () => {
    while (chatting > 0) {
      await post('/worker_get_embeddings', { model: 'vectors', input: ['text'] });
    }
  };
  const embedders = Array.from({ length: EMBEDDERS }, embed);
  // All of them are at it before the first user comes.
  await glm.waitForCall(5);
  await Promise.all(Array.from({ length: USERS }, chat));
  await Promise.all(embedders);
  const kinds = glm.calls.map(({ path }) => (path.endsWith('/embeddings') ? 'vectors' : 'chat'));
  const whileChatting = kinds.slice(kinds.indexOf('chat'), kinds.lastIndexOf('chat') + 1);
  const chats = whileChatting.filter((kind) => kind === 'chat').length;
  const others = whileChatting.length - chats;
  t.comment(`${others} calls to embed beside ${chats} chats`);
  // Each call takes as long as any other, so this is the users' time: half of it more.
  t.equal(chats, USERS * CHATS);
  t.ok(others <= chats / 2, `${others} calls to embed`);
  t.ok(others >= chats / 10, 'embedding goes on meanwhile');
});
