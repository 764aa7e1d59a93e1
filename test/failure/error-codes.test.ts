// FastChat's error codes, number for number.

import t from 'tap';
import { errorCodes } from '../../src/failure/error-codes.ts';

t.test('the codes are those of FastChat', async (t) => {
  t.strictSame(errorCodes, {
    VALIDATION_TYPE_ERROR: 40001,
    INVALID_AUTH_KEY: 40101,
    INCORRECT_AUTH_KEY: 40102,
    NO_PERMISSION: 40103,
    INVALID_MODEL: 40301,
    PARAM_OUT_OF_RANGE: 40302,
    CONTEXT_OVERFLOW: 40303,
    RATE_LIMIT: 42901,
    QUOTA_EXCEEDED: 42902,
    ENGINE_OVERLOADED: 42903,
    INTERNAL_ERROR: 50001,
  });
});
