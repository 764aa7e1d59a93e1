// Whether GLM takes the keys, and lists the models that are served.

import { askGlm, type CheckedAccount, type GlmAnswer } from '../../app/check-glm.ts';
import { failureRow } from '../../failure/table.ts';
import { successorOf } from '../../glm/successors.ts';
import { type Check, type Outcome, outcome, type Status, withSettings } from '../check.ts';
import { told } from '../told-error.ts';

export const accountCheck: Check = {
  id: 'account',
  title: 'whether GLM takes the keys and lists the models (free of charge)',
  cost: 'network',
  needs: ['glm', 'models'],
  run: withSettings(async (settings, visit, signal) => {
    const { accounts } = visit.served(settings);
    const asked = await Promise.all(
      accounts.map(async (account) => outcomeOf(await askGlm(account, signal), account)),
    );
    return combined(asked);
  }),
};

function outcomeOf(answer: GlmAnswer, { keyHint, models }: CheckedAccount): Outcome {
  const key = `key ${keyHint}`;
  if (answer.result === 'lists_all') {
    return outcome('ok', `${key} is taken, and ${models.join(', ')} listed`);
  }
  if (answer.result === 'lists_not_all') {
    const remedy = answer.missing.map(remedyOfMissing);
    return outcome('warn', `${key} is taken, and ${answer.missing.join(', ')} not listed`, {
      remedy,
    });
  }
  const said = told(answer.error);
  if (answer.result === 'no_list') {
    return outcome('skip', `${key}: no list is offered here (${said}), --chat tries it`);
  }
  const { remedy } = failureRow(answer.error.kind);
  return outcome('fail', `${key}: ${said}`, { remedy: [remedy] });
}

function remedyOfMissing(model: string): string {
  const successor = successorOf(model);
  if (successor !== null) return `serve ${successor} in place of ${model}, see the check models`;
  return `GLM may have retired ${model}, or keep it off its list: --chat tells whether it answers`;
}

const GRAVEST: readonly Status[] = ['fail', 'warn', 'skip', 'ok'];

/** One outcome for all accounts: the gravest, with a line for each where there are several. */
function combined(all: readonly Outcome[]): Outcome {
  const gravity = (status: Status) => GRAVEST.indexOf(status);
  const status = all
    .map((outcome) => outcome.status)
    .reduce((worst, one) => (gravity(one) < gravity(worst) ? one : worst), 'ok');
  const remedy = [...new Set(all.flatMap((outcome) => outcome.remedy))];
  const [only] = all;
  if (all.length === 1 && only !== undefined) return only;
  const worst = all.filter((outcome) => outcome.status === status);
  return outcome(status, `${worst.length} of ${all.length} keys: ${worst[0]?.found}`, {
    remedy,
    details: all.map(({ found }) => found),
  });
}
