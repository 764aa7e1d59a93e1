// The settings as the status page shows them: with their units, and no secret among them.

import t from 'tap';
import { shownSettings } from '../../src/app/shown-settings.ts';
import { settingList } from '../../src/config/settings.ts';
import { settingsFrom } from '../support/start-worker.ts';

const KEY = '0123456789abcdef0123456789abcdef.planted0123456';

const clean = (text: string) => text.replace('password', '[secret]');

t.test('what was given is shown as it was resolved, the rest is the default', async (t) => {
  const shown = shownSettings(
    settingsFrom({
      ...{ ZHIPUAI_API_KEY: `${KEY},${KEY.replace('0', '1')}`, FENCE_SECRET: 'fence fence' },
      ...{ MODEL_NAMES: 'a=glm-4.6,b', QUEUE_TIMEOUT: '60', STREAM_INTERVAL: '10' },
      ...{ WORKER_ADDRESS: 'http://me:password@host:1/', ALLOWED_HOSTS: 'one,two' },
      ...{ BODY_LIMIT: '1MiB', LIMIT_WORKER_CONCURRENCY: '7', REASONING_EFFORT: 'low' },
    }),
    clean,
  );
  t.strictSame(
    shown.map(({ name }) => name),
    settingList.map(({ facts }) => facts.variable),
  );
  const values = (isDefault: boolean) =>
    Object.fromEntries(
      shown.filter((one) => one.isDefault === isDefault).map(({ name, value }) => [name, value]),
    );
  t.strictSame(values(false), {
    WORKER_ADDRESS: 'http://me:[secret]@host:1',
    MODEL_NAMES: 'a=glm-4.6, b',
    LIMIT_WORKER_CONCURRENCY: '7',
    QUEUE_TIMEOUT: '60 s',
    FENCE_SECRET: '1 set',
    REASONING_EFFORT: 'low',
    ZHIPUAI_API_KEY: '2 set',
    STREAM_INTERVAL: '10 ms',
    BODY_LIMIT: '1024 KiB',
    ALLOWED_HOSTS: 'one, two',
  });
  t.match(values(true), { PORT: '21002', NO_REGISTER: 'false', API_KEYS: 'none', HTTPS_PROXY: '' });
});

t.test('a setting that may be absent is shown as nothing', async (t) => {
  const shown = shownSettings(settingsFrom({ ZHIPUAI_API_KEY: KEY }), clean);
  const value = (name: string) => shown.find((one) => one.name === name)?.value;
  t.strictSame([value('REASONING_EFFORT'), value('ALLOWED_HOSTS')], ['', '']);
});
