// What `doctor` can be told, besides the settings of the worker.

import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { settingsSchema } from '../../config/settings.ts';
import { onOff, optionalList, seconds } from '../../config/values.ts';

/** Its own flags. */
const doctorFlags = z.object({
  only: setting(optionalList, {
    flag: '--only',
    default: '',
    placeholder: 'IDS',
    meaning: 'these checks and what they need; comma separated, as the lines name them',
  }),
  offline: setting(onOff, {
    flag: '--offline',
    default: 'false',
    meaning: 'asks neither GLM nor the controller',
  }),
  chat: setting(onOff, {
    flag: '--chat',
    default: 'false',
    meaning: 'asks each model one short question too, which costs some tokens',
  }),
  json: setting(onOff, {
    flag: '--json',
    default: 'false',
    meaning: 'prints everything as JSON at the end',
  }),
  timeoutMs: setting(seconds(0.1, 600), {
    flag: '--timeout',
    default: '20',
    placeholder: 'SECONDS',
    meaning: 'longest time of a check, in seconds',
  }),
});

/** The same and those of the worker. */
export const allFlags = z.object({ ...doctorFlags.shape, ...settingsSchema.shape });
