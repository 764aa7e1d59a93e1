// The tables of docs/errors.md and its translation, from the table of failures.

import type { FailureKind } from '../../src/failure/kinds.ts';
import { failureKinds, failureRow, type Retry } from '../../src/failure/table.ts';
import { glmCodes } from '../../src/glm/errors.ts';
import { faults, remedies, retries } from './chinese-words.ts';
import { type Cells, codes, NONE, table } from './markdown-table.ts';

export function errorsTable(): string {
  const head = ['failure', 'error_code', 'GLM codes', 'whose', 'asked again', 'what to do'];
  return table(
    head,
    failureKinds.map((kind) => {
      const { fault, retry, remedy } = failureRow(kind);
      return [...errorCells(kind), fault, againCell(retry, RETRIES, ', '), remedy];
    }),
  );
}

export function chineseErrorsTable(): string {
  const head = ['失败', 'error_code', 'GLM 错误码', '谁来处理', '是否再问', '怎么办'];
  return table(
    head,
    failureKinds.map((kind) => {
      const { fault, retry } = failureRow(kind);
      return [...errorCells(kind), faults[fault], againCell(retry, retries, '、'), remedies[kind]];
    }),
  );
}

/** What of a failure is the same in every language. */
function errorCells(kind: FailureKind): Cells {
  const glm = [...glmCodes].filter(([, meaning]) => meaning === kind).map(([number]) => number);
  return [codes([kind]), String(failureRow(kind).code), glm.join(' ') || NONE];
}

function againCell(retry: readonly Retry[], words: typeof retries, comma: string): string {
  return retry.map((one) => words[one]).join(comma) || words.never;
}

/** How the table says what may follow a failed attempt. */
const RETRIES: typeof retries = {
  amended: 'once, amended',
  here: 'here',
  load: 'here, by the rules for load',
  other_account: 'another account',
  fallback: 'fallback',
  never: 'never',
};
