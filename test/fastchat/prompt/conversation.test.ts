// The template that FastChat renders prompts with, field for field.

import t from 'tap';
import {
  conversationTemplate,
  TEMPLATE_STOP,
  zhipuMarkers,
} from '../../../src/fastchat/prompt/conversation.ts';

t.test(
  "the default template is the original's, in the style that takes list content",
  async (t) => {
    t.strictSame(conversationTemplate('zhipu-api', zhipuMarkers), {
      name: 'zhipu-api',
      system_template: '{system_message}',
      system_message: '你是智谱AI小助手，请根据用户的提示来完成任务',
      roles: ['user', 'assistant', 'system'],
      messages: [],
      offset: 0,
      sep_style: 2,
      sep: '\n###',
      sep2: '\n###',
      stop_str: '###',
      stop_token_ids: null,
    });
    t.equal(TEMPLATE_STOP, '###');
  },
);

t.test('other markers change the roles and the separators, nothing else', async (t) => {
  const markers = { separator: '\n<|m|>', user: 'user-m', assistant: 'bot-m', system: 'sys-m' };
  t.strictSame(conversationTemplate('glm-4.6', markers), {
    ...conversationTemplate('glm-4.6', zhipuMarkers),
    roles: ['user-m', 'bot-m', 'sys-m'],
    sep: '\n<|m|>',
    sep2: '\n<|m|>',
  });
});
