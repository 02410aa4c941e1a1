import { describe, expect, test } from 'vitest';
import { readIdentityToken, textClaim } from '../../src/identity/claims.ts';
import { Secret } from '../../src/secret.ts';
import { gitHubClaims, identityToken, jwtText } from '../support/identity-tokens.ts';
import { startMs } from '../support/runtime.ts';

const expected = { audience: 'pypi', nowMs: startMs, source: 'GitHub Actions' };
const nowSeconds = startMs / 1000;

function problemOf(token: Secret): { message: string; hint: string; code: string } {
  try {
    readIdentityToken(token, expected);
  } catch (error) {
    return error as { message: string; hint: string; code: string };
  }
  throw new Error('the token was accepted');
}

test('all claims of a good token are read, the token is kept', () => {
  const token = identityToken({ extra: { deep: [1] } });
  const identity = readIdentityToken(token, expected);
  expect(identity.token).toBe(token);
  expect(identity.claims).toMatchObject({ iss: 'https://token.actions.githubusercontent.com', extra: { deep: [1] } });
});

test('the signature is not looked at: that is for the index', () => {
  const [header, payload] = identityToken().reveal().split('.');
  expect(readIdentityToken(new Secret(`${header}.${payload}.AAAA`), expected).claims.aud).toBe('pypi');
});

describe('no JWT', () => {
  const good = identityToken().reveal();
  const [header = '', payload = ''] = good.split('.');
  test.each([
    ['empty', ''],
    ['a word', 'opaque-token'],
    ['two parts', `${header}.${payload}`],
    ['five parts, as encrypted tokens have', `${good}.AAAA.AAAA`],
    ['a header that is no JSON', `AAAA.${payload}.AAAA`],
    ['claims that are no JSON', `${header}.AAAA.AAAA`],
    ['claims that are a list', jwtText(['a'])],
    ['claims that are a text', jwtText('a')],
    ['not base64url', `${header}.%%%%.AAAA`],
  ])('%s', (_, text) => {
    const problem = problemOf(new Secret(text));
    expect(problem).toMatchObject({
      code: 'IDENTITY_TOKEN_INVALID',
      message: 'What GitHub Actions gave is not an identity token: it cannot be read as a JWT.',
    });
    if (text !== '') expect(`${problem.message}${problem.hint}${JSON.stringify(problem)}`).not.toContain(text);
  });
});

describe('claims that every index needs', () => {
  test.each([
    [{ iss: undefined }, 'the claim `iss` is missing or has the wrong type'],
    [{ iss: 7 }, 'the claim `iss` is missing or has the wrong type'],
    [{ aud: undefined }, 'the claim `aud` is missing or has the wrong type'],
    [{ aud: null }, 'the claim `aud` is missing or has the wrong type'],
    [{ exp: undefined }, 'the claim `exp` is missing or has the wrong type'],
    [{ exp: '1767225900' }, 'the claim `exp` is missing or has the wrong type'],
    [{ nbf: 'now' }, 'the claim `nbf` is missing or has the wrong type'],
    [{ sub: 7 }, 'the claim `sub` is missing or has the wrong type'],
    [{ jti: null }, 'the claim `jti` is missing or has the wrong type'],
    [{ iss: undefined, exp: undefined }, 'the claim `iss`, `exp` is missing or has the wrong type'],
  ])('%j', (changes, text) => {
    expect(problemOf(identityToken(changes)).message).toBe(
      `What GitHub Actions gave is not an identity token: ${text}.`,
    );
  });

  test.each([{ iat: undefined }, { nbf: undefined }, { sub: undefined }, { jti: undefined }])(
    'others may be missing: %j',
    (changes) => {
      expect(readIdentityToken(identityToken(changes), expected).claims).toMatchObject({ aud: 'pypi' });
    },
  );
});

describe('the audience', () => {
  test.each([[['pypi']], [['pypi', 'testpypi']], [[]]])('must not be a list: %j', (aud) => {
    expect(problemOf(identityToken({ aud }))).toMatchObject({
      message: `The identity token of GitHub Actions is made out to a list of audiences (${aud.join(', ')}).`,
      hint: 'PyPI accepts a single text only: ask for the audience `pypi` alone, not as a list.',
    });
  });

  test.each(['testpypi', 'PyPI', 'pypi ', '', 'https://github.com/octo'])('must be the wanted one, not %j', (aud) => {
    expect(problemOf(identityToken({ aud }))).toMatchObject({
      message: `The identity token of GitHub Actions is made out to the audience \`${aud}\`, but this index wants \`pypi\`.`,
    });
  });
});

describe('time, with the 30 s that PyPI allows', () => {
  test.each([
    ['exp', 29, { exp: nowSeconds - 29 }],
    ['nbf', 30, { nbf: nowSeconds + 30 }],
    ['iat', 30, { iat: nowSeconds + 30 }],
  ])('%s may be off by %i s', (_, __, changes) => {
    expect(readIdentityToken(identityToken(changes), expected).claims).toMatchObject(changes);
  });

  test.each([30, 31, 600])('a token that ended %i s ago is expired', (seconds) => {
    expect(problemOf(identityToken({ exp: nowSeconds - seconds }))).toMatchObject({
      code: 'IDENTITY_TOKEN_INVALID',
      message: `The identity token of GitHub Actions expired ${seconds} s ago.`,
      hint: expect.stringContaining('the clock of this machine is wrong'),
    });
  });

  test.each([{ nbf: nowSeconds + 31 }, { iat: nowSeconds + 31 }, { iat: nowSeconds, nbf: nowSeconds + 31 }])(
    'a token that begins later is not valid yet: %j',
    (changes) => {
      expect(problemOf(identityToken(changes))).toMatchObject({
        message: 'The identity token of GitHub Actions is valid only in 31 s.',
        hint: expect.stringContaining('clock'),
      });
    },
  );
});

test('a text claim is a text that is not empty', () => {
  const claims = gitHubClaims({ empty: '', number: 7, text: 'x' });
  expect(['text', 'empty', 'number', 'none'].map((name) => textClaim(claims, name))).toEqual([
    'x',
    undefined,
    undefined,
    undefined,
  ]);
});
