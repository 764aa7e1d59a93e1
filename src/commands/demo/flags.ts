// What the demo can be told.

import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { settingsSchema } from '../../config/settings.ts';
import { onOff } from '../../config/values.ts';

export const demoFlags = z.object({
  once: setting(z.string(), {
    flag: '--once',
    default: '',
    placeholder: 'QUESTION',
    meaning: 'asks this one question, prints the answer and nothing else, and ends',
  }),
  tools: setting(z.string(), {
    flag: '--tools',
    default: '',
    placeholder: 'QUESTION',
    meaning:
      "asks this one question over the worker's /v1 with a tool for the weather at hand, prints the call, " +
      'its result and the answer, and ends',
  }),
  live: setting(onOff, {
    flag: '--live',
    default: 'false',
    meaning:
      'the real GLM in place of the sandbox, by ZHIPUAI_API_KEY, ZHIPUAI_BASE_URL, GLM_AUTH, ' +
      'GLM_MODEL and MODEL_NAMES as for serve',
  }),
  logLevel: setting(settingsSchema.shape.logLevel.out, {
    flag: '--log-level',
    variable: 'LOG_LEVEL',
    default: 'info',
    placeholder: 'LEVEL',
    meaning: 'what of the log is shown on stderr, from this level on; with a question from warn on',
  }),
});
