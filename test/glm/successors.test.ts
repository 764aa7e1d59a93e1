// Every id that GLM does not list any more leads to one that it lists.

import t from 'tap';
import { catalogueEntry, chatModelFacts } from '../../src/glm/catalogue.ts';
import { successorOf } from '../../src/glm/successors.ts';
import { modelsBody } from '../../src/sandbox/glm/models-list.ts';
import { chatModelIds } from '../support/glm-models.ts';

const listed: readonly string[] = JSON.parse(modelsBody()).data.map(({ id }: { id: string }) => id);

t.test(
  'only ids that are not listed have a successor, which is listed and no smaller',
  async (t) => {
    const led = chatModelIds.flatMap((id) => {
      const successor = successorOf(id);
      return successor === null ? [] : [{ id, successor }];
    });
    t.ok(led.length > 10);
    for (const { id, successor } of led) {
      t.notOk(listed.includes(id), id);
      t.ok(listed.includes(successor), successor);
      const [old, next] = [chatModelFacts(id), chatModelFacts(successor)];
      t.ok(next.contextWindow >= old.contextWindow, `${id}: window`);
      t.equal(next.vision === null, old.vision === null, `${id}: images`);
    }
  },
);

t.test('the case of an id does not matter, and others have none', async (t) => {
  t.equal(successorOf('GLM-4'), 'glm-4.6');
  t.equal(successorOf('glm-4.6'), null);
  t.equal(successorOf('my-model'), null);
  t.equal(catalogueEntry('my-model'), null);
});
