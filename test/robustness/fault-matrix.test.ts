// Every failure of GLM on every path: what the caller gets, and that nothing is left behind.

import t, { type Test } from 'tap';
import type { Scenario } from '../../src/sandbox/glm/scenario.ts';
import type { TestWorker } from '../support/start-worker.ts';
import { type FaultRow, faultTable } from './fault-table.ts';
import { type GlmCodeRow, glmCodeTable } from './glm-code-table.ts';
import { checkNothingHeld, checkWellAgain, matrixWorker, playCell } from './support/cell.ts';
import { strangeUpstream } from './support/strange-upstreams.ts';
import type { PathName } from './support/told.ts';

/** Rows at once: most of them wait most of the time. */
t.jobs = 12;

const CHATS = ['stream', 'whole'] as const;
const ALL = [...CHATS, 'embeddings'] as const;

interface Cell {
  readonly name: string;
  readonly path: PathName;
  /** Null for an upstream that is no GLM and plays nothing. */
  readonly scenario: Scenario | null;
  readonly expected: string | null;
}

/** Refusals after which the worker pauses before it asks again, longer each time. */
const PACED = /^4290[13]/;

/** Plays the cells one after the other; those that would slow each other down get a worker each. */
async function playCells(t: Test, cells: readonly Cell[], env: FaultRow['env'] = {}) {
  const apart = cells.some(({ expected }) => PACED.test(expected ?? ''));
  const groups = apart ? cells.map((cell) => [cell]) : [cells];
  await Promise.all(
    groups.map(async (group) => {
      // Refusals for load are asked again once: the second wait would be longer than any may be.
      const worker = await matrixWorker(t, { QUEUE_TIMEOUT: '0.6', ...env });
      for (const cell of group) await play(t, worker, cell);
      await checkNothingHeld(t, worker);
      const well = group.some(({ scenario }) => scenario !== null);
      if (well) await checkWellAgain(t, worker, apart ? group.map(({ path }) => path) : ALL);
    }),
  );
}

async function play(t: Test, worker: TestWorker, { name, path, scenario, expected }: Cell) {
  if (scenario !== null) worker.glm.setDefault(scenario);
  t.equal(await playCell(worker, path), expected, name);
}

async function playRow(t: Test, { upstream, told, env }: FaultRow) {
  const strange = typeof upstream === 'string';
  const base = strange ? { ZHIPUAI_BASE_URL: await strangeUpstream(t, upstream) } : {};
  const scenario = strange ? null : upstream;
  const cells = ALL.map((path) => ({ name: path, path, scenario, expected: told[path] }));
  const played = cells.filter(({ expected }) => expected !== null);
  await playCells(t, played, { ...env, ...base });
}

for (const row of Object.values(faultTable).flat()) {
  const name = `an upstream that ${row.what}: each caller hears of it once, and no place is held`;
  t.test(name, { buffered: true }, (t) => playRow(t, row));
}

function cellsOf({ code, status, reply, event }: GlmCodeRow): Cell[] {
  const inReply = [status, 200].flatMap((status) =>
    ALL.map((path): Cell => {
      const scenario = { kind: 'error', status, code } as const;
      return { name: `${path}, HTTP ${status}`, path, scenario, expected: reply };
    }),
  );
  const inStream = CHATS.map((path): Cell => {
    const scenario = { kind: 'fault', fault: 'error-data', after: 0, code } as const;
    return { name: `${path}, as an event`, path, scenario, expected: event };
  });
  return [...inReply, ...inStream];
}

for (const row of glmCodeTable) {
  const [outcome] = row.reply.split(',');
  const name = `code ${row.code} of GLM is ${outcome} on every path, in whatever form it comes`;
  t.test(name, { buffered: true }, (t) => playCells(t, cellsOf(row)));
}
