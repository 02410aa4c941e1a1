import { expect, test } from 'vitest';
import { exitCodeByError, exitCodes } from '../src/exit-codes.ts';

test('the exit codes are those of the documentation', () => {
  expect(exitCodes).toEqual({
    done: 0,
    uploadFailed: 1,
    usage: 2,
    noIdentity: 3,
    mintRefused: 4,
    checkFailed: 5,
    partlyUploaded: 6,
    attestationFailed: 7,
    interrupted: 130,
  });
});

test.each([
  ['USAGE_INVALID', 2],
  ['SETTINGS_INVALID', 2],
  ['REPOSITORY_UNKNOWN', 2],
  ['FILES_NOT_FOUND', 2],
  ['FILE_NOT_A_DISTRIBUTION', 2],
  ['FILE_UNREADABLE', 2],
  ['ADDRESS_INSECURE', 2],
  ['IDENTITY_NOT_FOUND', 3],
  ['IDENTITY_PERMISSION_MISSING', 3],
  ['IDENTITY_REQUEST_FAILED', 3],
  ['IDENTITY_TOKEN_INVALID', 3],
  ['AUDIENCE_UNAVAILABLE', 4],
  ['MINT_REFUSED', 4],
  ['MINT_FAILED', 4],
  ['DISTRIBUTION_INVALID', 5],
  ['TRANSPORT_FAILED', 1],
  ['STATUS_REFUSED', 1],
  ['BODY_UNEXPECTED', 1],
  ['INTERRUPTED', 130],
] as const)('%s ends with %i', (code, exitCode) => {
  expect(exitCodeByError[code]).toBe(exitCode);
});

test('no failure ends with 0', () => {
  expect(Object.values(exitCodeByError)).not.toContain(0);
});
