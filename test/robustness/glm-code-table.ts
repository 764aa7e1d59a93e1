// What callers get for each code that GLM documents: the data of a test and of docs/faults.md.

import type { Told } from './support/told.ts';

/** A code of GLM's page "error code", and what becomes of it. */
export interface GlmCodeRow {
  readonly code: string;
  /** The HTTP status it is documented with; a likely one where no page says any. */
  readonly status: number;
  /** For an HTTP reply with that status, or with 200, whatever was asked. */
  readonly reply: Told;
  /** For an error object that is the first event of a stream. */
  readonly event: Told;
}

function codes(
  status: number,
  list: readonly string[],
  reply: Told,
  event: Told = reply,
): GlmCodeRow[] {
  return list.map((code) => ({ code, status, reply, event }));
}

/** Every documented code, once. The worker of the test tries once more where another try may help. */
export const glmCodeTable: readonly GlmCodeRow[] = [
  // A refused token is replaced once; within a stream it has been accepted already.
  codes(401, ['1000', '1002', '1003', '1004'], '40102, 2 tries', '40102, 1 try'),
  codes(401, ['1001'], '40101, 1 try'),
  codes(401, ['1005'], '40103, 1 try'),
  codes(403, ['1100', '1110', '1111', '1112', '1120', '1121', '1220'], '40103, 1 try'),
  codes(429, ['1309', '1311', '1313', '1314', '1315'], '40103, 1 try'),
  codes(400, ['1211', '1212', '1221', '1222'], '40301, 1 try'),
  codes(400, ['1210', '1213', '1214', '1215', '1300', '1301'], '40302, 1 try'),
  codes(400, ['1261'], '40303, 1 try'),
  codes(429, ['1302', '1303'], '42901, 2 tries'),
  codes(429, ['1113', '1304', '1308', '1310'], '42902, 1 try'),
  codes(429, ['1316', '1317', '1318', '1319', '1320', '1321'], '42902, 1 try'),
  codes(429, ['1305', '1312'], '42903, 2 tries'),
  codes(500, ['500', '1200', '1230', '1234'], '50001, 2 tries'),
  codes(400, ['1231', '1701', '1702', '1703'], '50001, 1 try'),
].flat();
