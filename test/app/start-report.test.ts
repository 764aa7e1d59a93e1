// What the log says at start of the served names.

import t, { type Test } from 'tap';
import { startWorker } from '../support/start-worker.ts';

/** The lines of a start with these settings, without time and level. */
async function linesOf(t: Test, env: Readonly<Record<string, string>>) {
  const { logs } = await startWorker(t, env);
  const plain = ({ time, level, msg, ...line }: Readonly<Record<string, unknown>>) => line;
  return {
    serving: logs.withMessage('serving').map(plain),
    slips: logs.withMessage('this model may be a slip').map(plain),
  };
}

t.test(
  'each name is told with its model, the window as told and as the model has it',
  async (t) => {
    const { serving, slips } = await linesOf(t, {
      MODEL_NAMES: 'zhipu-api=glm-4.6,embedding-3,new=some-model',
    });
    const hint =
      'FastChat refuses what is longer than contextLength: CONTEXT_LEN=auto tells all of the window';
    t.strictSame(serving, [
      { model: 'zhipu-api', glmModel: 'glm-4.6', contextLength: 4096, modelWindow: 200_000, hint },
      {
        model: 'embedding-3',
        glmModel: 'embedding-3',
        contextLength: 4096,
        modelWindow: 8000,
        hint,
      },
      { model: 'new', glmModel: 'some-model', contextLength: 4096, modelWindow: null },
    ]);
    t.strictSame(slips, []);
  },
);

t.test('a window that is told as it is needs no hint, one that is too long does', async (t) => {
  const names = { MODEL_NAMES: 'glm-4.6' };
  const auto = await linesOf(t, { ...names, CONTEXT_LEN: 'auto' });
  const told = { model: 'glm-4.6', glmModel: 'glm-4.6', modelWindow: 200_000 };
  t.strictSame(auto.serving, [{ ...told, contextLength: 200_000 }]);
  const long = await linesOf(t, { ...names, CONTEXT_LEN: '300000' });
  const hint =
    'GLM refuses what is longer than its window: CONTEXT_LEN=auto tells no more than that';
  t.strictSame(long.serving, [{ ...told, contextLength: 300_000, hint }]);
});

for (const [told, env, slip] of [
  [
    'an id that is not in the catalogue',
    { MODEL_NAMES: 'zhipu-api', GLM_MODEL: 'glm-4.66' },
    {
      model: 'zhipu-api',
      glmModel: 'glm-4.66',
      nearest: 'glm-4.6',
      remedy: 'glm-4.66 is not in the catalogue: write glm-4.6, unless it is a newer model',
    },
  ],
  [
    'a name that looks like an id, and is served by another model',
    { MODEL_NAMES: 'glm-4.66', GLM_MODEL: 'glm-4.5' },
    {
      model: 'glm-4.66',
      glmModel: 'glm-4.5',
      nearest: 'glm-4.6',
      remedy:
        'glm-4.66 is not in the catalogue, so glm-4.5 (GLM_MODEL) serves it: write glm-4.6 if ' +
        'that was meant, else glm-4.66=glm-4.5',
    },
  ],
  [
    'a pair the wrong way round',
    { MODEL_NAMES: 'glm-4.6=zhipu-api' },
    {
      model: 'glm-4.6',
      glmModel: 'zhipu-api',
      nearest: 'glm-4.6',
      remedy: 'a pair is NAME=GLM-MODEL: write zhipu-api=glm-4.6 if that was meant',
    },
  ],
] as const) {
  t.test(`${told} is a warning with the nearest one`, async (t) => {
    t.strictSame((await linesOf(t, env)).slips, [slip]);
  });
}

t.test('a pair that was written out is no slip, whatever its name looks like', async (t) => {
  const { slips } = await linesOf(t, { MODEL_NAMES: 'glm-4.66=glm-4.6' });
  t.strictSame(slips, []);
});
