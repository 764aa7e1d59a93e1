// FastChat's error codes, the only numbers its callers may be told.

/** `fastchat/constants.py`, class ErrorCode. */
export const errorCodes = {
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
} as const;

export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes];
