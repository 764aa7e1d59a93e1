// What came back, in the few words of a table: HTTP statuses and error codes, and how many of each.

import type { Reply } from '../../support/http-call.ts';

/** Such as `200/0` or `413/40001`, or the error that ended a connection. */
export function answerOf({ status, body, end }: Reply): string {
  if (end !== 'end') return end;
  // The last one of a stream.
  const codes = [...body.toString('utf8').matchAll(/"error_code":(\d+)/g)];
  return `${status}/${codes.at(-1)?.[1] ?? '-'}`;
}

/** Each answer once, with its number where there are several. */
export function tally(answers: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const words = [...counts].map(([answer, count]) => (count > 1 ? `${count} × ${answer}` : answer));
  return words.toSorted().join(', ');
}
