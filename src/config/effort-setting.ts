// How much models think: GLM's levels, as a setting and in MODELS_FILE.

import { z } from 'zod';
import { setting } from './setting.ts';

/** From the least to the most, as GLM names them. */
export const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

export type Effort = z.output<typeof effort>;

export const effortSetting = {
  reasoningEffort: setting(z.enum(['', ...effort.options]), {
    flag: '--reasoning-effort',
    variable: 'REASONING_EFFORT',
    default: '',
    placeholder: 'LEVEL',
    meaning:
      'how much models think that let it be chosen: none, minimal, low, medium, high, xhigh or max, ' +
      'brought to the nearest level that the model knows; without it as GLM decides',
  }),
};
