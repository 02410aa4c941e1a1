import { describe, expect, test } from 'vitest';
import { detectProvider, identityNotFound } from '../../src/identity/detect.ts';
import type { Environment } from '../../src/runtime.ts';
import { testRuntime } from '../support/runtime.ts';

const job = {
  GITHUB_ACTIONS: 'true',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner.example/token?api-version=2.0',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
};

/** Detection that would fail on any request. */
function detect(env: Environment) {
  const request = () => Promise.reject(new Error('detection must ask nobody'));
  return detectProvider({ runtime: testRuntime({ env }), http: { request }, onRetry: () => {} });
}

test('a GitHub Actions job that may ask for tokens', () => {
  expect(detect(job)).toMatchObject({
    kind: 'available',
    provider: {
      name: 'github-actions',
      title: 'GitHub Actions',
      detectedBy: '`GITHUB_ACTIONS` is `true`',
      renewable: true,
    },
  });
});

test.each([undefined, '', 'True', 'TRUE', ' true', 'true ', 'true\n', '1', 'yes', 'false', '"true"'])(
  '`GITHUB_ACTIONS` must be exactly `true`, not %j',
  (value) => {
    expect(detect({ ...job, GITHUB_ACTIONS: value })).toBeUndefined();
  },
);

test('nothing at all is no identity', () => {
  expect(detect({})).toBeUndefined();
});

describe('a job without the permission is told how to get it', () => {
  test.each<[string, Environment]>([
    ['no variables', { GITHUB_ACTIONS: 'true' }],
    ['no URL', { ...job, ACTIONS_ID_TOKEN_REQUEST_URL: undefined }],
    ['an empty URL', { ...job, ACTIONS_ID_TOKEN_REQUEST_URL: '' }],
    ['no token', { ...job, ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined }],
    ['an empty token', { ...job, ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }],
  ])('%s', (_, env) => {
    expect(detect({ ...env, GITHUB_EVENT_NAME: 'push' })).toMatchObject({
      kind: 'unavailable',
      title: 'GitHub Actions',
      error: {
        code: 'IDENTITY_PERMISSION_MISSING',
        message:
          'This GitHub Actions job may not request an identity token: it lacks the permission `id-token: write`.',
        hint: 'Give the publishing job this permission, and nothing more:\n\n    permissions:\n      id-token: write',
      },
    });
  });

  test('on a pull request with the reason that forks have', () => {
    expect(detect({ GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' })).toMatchObject({
      error: { hint: expect.stringContaining('Pull requests from forks never get identity tokens') },
    });
  });
});

test('a request URL that is none is named, not quoted', () => {
  expect(detect({ ...job, ACTIONS_ID_TOKEN_REQUEST_URL: 'not a url' })).toMatchObject({
    kind: 'unavailable',
    error: {
      code: 'IDENTITY_REQUEST_FAILED',
      message: '`ACTIONS_ID_TOKEN_REQUEST_URL` does not hold a URL.',
    },
  });
});

test('what was looked for is listed when nothing was found', () => {
  const error = identityNotFound();
  expect(error.code).toBe('IDENTITY_NOT_FOUND');
  expect(`${error.message}\n\n${error.hint}`).toMatchInlineSnapshot(`
    "This job has no identity that can be exchanged for a PyPI token.

    Looked for:
      GitHub Actions: \`GITHUB_ACTIONS\` is not \`true\`

    Run this in a CI job with an identity, set \`PYPI_TOKEN\` to an API token, or try the whole flow here with \`pypi-oidc rehearse\`."
  `);
});
