/** The one table of exit codes: a new error code without a row here does not compile. Documented in the README. */

import type { ErrorCode } from './errors.ts';

export const exitCodes = {
  done: 0,
  uploadFailed: 1,
  usage: 2,
  noIdentity: 3,
  mintRefused: 4,
  checkFailed: 5,
  partlyUploaded: 6,
  attestationFailed: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Exit code of a run that an expected failure ended. */
export const exitCodeByError = {
  USAGE_INVALID: exitCodes.usage,
  SETTINGS_INVALID: exitCodes.usage,
  REPOSITORY_UNKNOWN: exitCodes.usage,
  FILES_NOT_FOUND: exitCodes.usage,
  FILE_NOT_A_DISTRIBUTION: exitCodes.usage,
  FILE_UNREADABLE: exitCodes.usage,
  IDENTITY_NOT_FOUND: exitCodes.noIdentity,
  IDENTITY_PERMISSION_MISSING: exitCodes.noIdentity,
  IDENTITY_REQUEST_FAILED: exitCodes.noIdentity,
  IDENTITY_TOKEN_INVALID: exitCodes.noIdentity,
  AUDIENCE_UNAVAILABLE: exitCodes.mintRefused,
  MINT_REFUSED: exitCodes.mintRefused,
  MINT_FAILED: exitCodes.mintRefused,
  DISTRIBUTION_INVALID: exitCodes.checkFailed,
  TRANSPORT_FAILED: exitCodes.uploadFailed,
  STATUS_REFUSED: exitCodes.uploadFailed,
  BODY_UNEXPECTED: exitCodes.uploadFailed,
  ADDRESS_INSECURE: exitCodes.usage,
  LOCAL_INDEX_FAILED: exitCodes.uploadFailed,
  INTERRUPTED: exitCodes.interrupted,
} as const satisfies Record<ErrorCode, ExitCode>;
