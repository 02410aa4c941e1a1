import { describe, expect, test } from 'vitest';
import { chooseCredentials, type StoredCredentials, type TrustedPublishingMode } from '../../src/credentials/choice.ts';
import { type Detection, IdentityError } from '../../src/identity/provider.ts';
import { Secret } from '../../src/secret.ts';

function stored(source: string, username = '__token__'): StoredCredentials {
  return { source, credentials: { username, password: new Secret('x') } };
}

const given = stored('`--token-file`');
const environment = stored('`PYPI_TOKEN`');

const available: Detection = {
  kind: 'available',
  provider: {
    name: 'github-actions',
    title: 'GitHub Actions',
    detectedBy: 'the test',
    renewable: true,
    requestIdentityToken: () => Promise.reject(new Error('choosing must ask nobody')),
  },
};
const missing = new IdentityError('IDENTITY_PERMISSION_MISSING', { message: 'no permission', hint: 'give it' });
const unavailable: Detection = { kind: 'unavailable', title: 'GitHub Actions', error: missing };

const candidates = { none: undefined, available, unavailable };

describe('the order', () => {
  test.each<[TrustedPublishingMode, 'given' | '-', keyof typeof candidates, 'environment' | '-', string]>([
    // Given on the command line: used, whatever else there is.
    ['auto', 'given', 'none', '-', '`--token-file`'],
    ['auto', 'given', 'available', 'environment', '`--token-file`'],
    ['auto', 'given', 'unavailable', 'environment', '`--token-file`'],
    ['never', 'given', 'available', 'environment', '`--token-file`'],
    ['always', 'given', 'available', '-', 'USAGE_INVALID'],
    ['always', 'given', 'none', 'environment', 'USAGE_INVALID'],
    // An identity: trusted publishing, a token of the environment is ignored.
    ['auto', '-', 'available', '-', 'trusted-publishing'],
    ['auto', '-', 'available', 'environment', 'trusted-publishing'],
    ['always', '-', 'available', 'environment', 'trusted-publishing'],
    ['never', '-', 'available', 'environment', '`PYPI_TOKEN`'],
    ['never', '-', 'available', '-', 'none'],
    // An identity that is not switched on: the token, with advice; without a token the advice is the error.
    ['auto', '-', 'unavailable', 'environment', '`PYPI_TOKEN` with advice'],
    ['auto', '-', 'unavailable', '-', 'unavailable'],
    ['always', '-', 'unavailable', 'environment', 'unavailable'],
    ['never', '-', 'unavailable', 'environment', '`PYPI_TOKEN`'],
    ['never', '-', 'unavailable', '-', 'none'],
    // No identity.
    ['auto', '-', 'none', 'environment', '`PYPI_TOKEN`'],
    ['auto', '-', 'none', '-', 'none'],
    ['always', '-', 'none', 'environment', 'none'],
    ['never', '-', 'none', 'environment', '`PYPI_TOKEN`'],
  ])('%s, %s, identity %s, %s → %s', (mode, onCommandLine, identity, inEnvironment, wanted) => {
    expect(
      outcome({
        mode,
        given: onCommandLine === 'given' ? given : undefined,
        detection: candidates[identity],
        environment: inEnvironment === 'environment' ? environment : undefined,
      }),
    ).toBe(wanted);
  });

  function outcome(input: Parameters<typeof chooseCredentials>[0]): string {
    try {
      const choice = chooseCredentials(input);
      if (choice.kind !== 'stored') return choice.kind;
      return `${choice.stored.source}${choice.advice === undefined ? '' : ' with advice'}`;
    } catch (error) {
      return (error as { code: string }).code;
    }
  }
});

describe('what is announced', () => {
  test.each([
    [{ given, detection: available, environment }, 'an API token, `--token-file` (given on the command line)'],
    [{ detection: available }, 'trusted publishing: this GitHub Actions job has an identity'],
    [
      { detection: available, environment },
      'trusted publishing: this GitHub Actions job has an identity; `PYPI_TOKEN` is set too and is ignored',
    ],
    [{ environment }, 'an API token, `PYPI_TOKEN` (set in the environment)'],
    [{ environment: stored('`TWINE_PASSWORD`', 'octo') }, 'user `octo`, `TWINE_PASSWORD` (set in the environment)'],
  ])('case %#', (input, announcement) => {
    const candidates = {
      mode: 'auto',
      given: undefined,
      detection: undefined,
      environment: undefined,
      ...input,
    } as const;
    expect(chooseCredentials(candidates)).toMatchObject({ announcement });
  });

  test('a contradiction names both sides', () => {
    const input = { mode: 'always', given, detection: available, environment: undefined } as const;
    expect(() => chooseCredentials(input)).toThrow(
      '`--trusted-publishing always` and `--token-file` contradict each other.',
    );
  });
});

test('advice and error are the reason that was found', () => {
  const input = { mode: 'auto', given: undefined, detection: unavailable, environment } as const;
  expect(chooseCredentials(input)).toMatchObject({ kind: 'stored', advice: missing });
  expect(chooseCredentials({ ...input, environment: undefined })).toEqual({ kind: 'unavailable', error: missing });
});
