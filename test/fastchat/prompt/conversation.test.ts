// The template that FastChat renders prompts with, field for field.

import t from 'tap';
import {
  conversationTemplate,
  TEMPLATE_STOP,
  zhipuMarkers,
} from '../../../src/fastchat/prompt/conversation.ts';
import { TEMPLATE } from '../../support/small-replies.ts';

t.test(
  "the default template is the original's, in the style that takes list content",
  async (t) => {
    t.strictSame(conversationTemplate('zhipu-api', zhipuMarkers), TEMPLATE.conv);
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
