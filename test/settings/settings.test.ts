import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/runtime.ts';
import { emptySecrets, environmentVariables } from '../../src/settings/environment.ts';
import { type IndexFlags, indexSettings } from '../../src/settings/settings.ts';

/** The settings as plain text. */
function settings(flags: IndexFlags, env: Environment = {}) {
  const { environmentCredentials, ...rest } = indexSettings(flags, env);
  if (environmentCredentials === undefined) return { ...rest, credentials: undefined };
  const { source, username, password } = environmentCredentials;
  return { ...rest, credentials: [source, username, password.reveal()] };
}

test('the defaults', () => {
  expect(settings({})).toEqual({
    repository: { kind: 'name', name: 'pypi' },
    checkUrl: undefined,
    trustedPublishing: 'auto',
    tokenFile: undefined,
    credentials: undefined,
    caFiles: [],
    proxies: { https: undefined, except: undefined },
    retries: 5,
    noProgressMs: 60_000,
  });
});

describe('the repository: flag, then environment, then PyPI; an address wins over a name', () => {
  const url = 'https://a.example/';
  test.each<[IndexFlags, Environment, string]>([
    [{ repository: 'testpypi' }, {}, 'name testpypi'],
    [{}, { PYPI_OIDC_REPOSITORY: 'one', TWINE_REPOSITORY: 'two' }, 'name one'],
    [{}, { TWINE_REPOSITORY: 'two' }, 'name two'],
    [{}, { PYPI_OIDC_REPOSITORY: '', TWINE_REPOSITORY: 'two' }, 'name two'],
    [{ repository: 'flag' }, { PYPI_OIDC_REPOSITORY: 'one' }, 'name flag'],
    [{ repository: '' }, { PYPI_OIDC_REPOSITORY: 'one' }, 'name one'],
    [{ repositoryUrl: url }, {}, `url ${url}`],
    [{ repositoryUrl: url, repository: 'testpypi' }, {}, `url ${url}`],
    [{}, { TWINE_REPOSITORY_URL: url, UV_PUBLISH_URL: 'https://b.example/' }, `url ${url}`],
    [{}, { UV_PUBLISH_URL: url, TWINE_REPOSITORY: 'two' }, `url ${url}`],
    [{ repositoryUrl: '' }, { UV_PUBLISH_URL: url }, `url ${url}`],
    [{ repository: 'testpypi' }, { TWINE_REPOSITORY_URL: url }, 'name testpypi'],
    [{ repositoryUrl: url }, { TWINE_REPOSITORY_URL: 'https://b.example/' }, `url ${url}`],
    [{ repositoryUrl: '', repository: '' }, { TWINE_REPOSITORY: '' }, 'name pypi'],
  ])('%j with %j: %s', (flags, env, wanted) => {
    const { repository } = settings(flags, env);
    expect(`${repository.kind} ${repository.kind === 'url' ? repository.url : repository.name}`).toBe(wanted);
  });
});

describe('the credentials of the environment', () => {
  test.each<[Environment, readonly string[] | undefined]>([
    [{ PYPI_TOKEN: 'abc' }, ['`PYPI_TOKEN`', '__token__', 'abc']],
    [{ PYPI_TOKEN: ' abc\r\n' }, ['`PYPI_TOKEN`', '__token__', 'abc']],
    [{ PYPI_TOKEN: '', UV_PUBLISH_TOKEN: 'def' }, ['`UV_PUBLISH_TOKEN`', '__token__', 'def']],
    [{ PYPI_TOKEN: ' \n', UV_PUBLISH_TOKEN: 'def' }, ['`UV_PUBLISH_TOKEN`', '__token__', 'def']],
    [{ PYPI_TOKEN: 'abc', UV_PUBLISH_TOKEN: 'def', TWINE_PASSWORD: 'ghi' }, ['`PYPI_TOKEN`', '__token__', 'abc']],
    [{ TWINE_PASSWORD: 'ghi' }, ['`TWINE_PASSWORD`', '__token__', 'ghi']],
    [{ TWINE_PASSWORD: 'ghi\n' }, ['`TWINE_PASSWORD`', '__token__', 'ghi']],
    [{ TWINE_PASSWORD: ' ghi ', TWINE_USERNAME: 'octo' }, ['`TWINE_PASSWORD`', 'octo', ' ghi ']],
    [{ TWINE_PASSWORD: 'ghi', TWINE_USERNAME: '' }, ['`TWINE_PASSWORD`', '__token__', 'ghi']],
    [{ TWINE_USERNAME: 'octo' }, undefined],
    [{ TWINE_PASSWORD: '', TWINE_USERNAME: 'octo' }, undefined],
    [{ TWINE_PASSWORD: '\n' }, undefined],
  ])('%j', (env, wanted) => {
    expect(settings({}, env).credentials).toEqual(wanted);
  });

  test('that are secret, but empty, can be named', () => {
    expect(emptySecrets({ PYPI_TOKEN: '', TWINE_PASSWORD: '', UV_PUBLISH_TOKEN: 'x' })).toEqual([
      'PYPI_TOKEN',
      'TWINE_PASSWORD',
    ]);
    expect(emptySecrets({ TWINE_USERNAME: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' })).toEqual([]);
    expect(emptySecrets({})).toEqual([]);
  });
});

describe('proxies: lower case wins, empty counts as unset', () => {
  test.each<[Environment, ReturnType<typeof settings>['proxies']]>([
    [
      { HTTPS_PROXY: 'a', HTTP_PROXY: 'b', NO_PROXY: 'c' },
      { https: 'a', except: 'c' },
    ],
    [
      { https_proxy: 'a', http_proxy: 'b', no_proxy: 'c' },
      { https: 'a', except: 'c' },
    ],
    [
      { HTTPS_PROXY: 'upper', https_proxy: 'lower' },
      { https: 'lower', except: undefined },
    ],
    [
      { HTTPS_PROXY: 'upper', https_proxy: '' },
      { https: 'upper', except: undefined },
    ],
    [{ HTTPS_PROXY: '' }, { https: undefined, except: undefined }],
  ])('%j', (env, wanted) => {
    expect(settings({}, env).proxies).toEqual(wanted);
  });
});

describe('other values: flag, then environment', () => {
  test.each<[IndexFlags, Environment, object]>([
    [{ checkUrl: 'a' }, { UV_PUBLISH_CHECK_URL: 'b' }, { checkUrl: 'a' }],
    [{ checkUrl: '' }, { UV_PUBLISH_CHECK_URL: 'b' }, { checkUrl: 'b' }],
    [{ caCert: 'a' }, { SSL_CERT_FILE: 'b', REQUESTS_CA_BUNDLE: 'c' }, { caFiles: ['a'] }],
    [{}, { SSL_CERT_FILE: 'b', REQUESTS_CA_BUNDLE: 'c' }, { caFiles: ['b'] }],
    [{}, { SSL_CERT_FILE: '', REQUESTS_CA_BUNDLE: 'c' }, { caFiles: ['c'] }],
    [{}, { SSL_CERT_FILE: 'b', NODE_EXTRA_CA_CERTS: 'd' }, { caFiles: ['b', 'd'] }],
    [{ caCert: 'd' }, { NODE_EXTRA_CA_CERTS: 'd' }, { caFiles: ['d'] }],
    // Node reads it by itself.
    [{}, { NODE_EXTRA_CA_CERTS: 'd' }, { caFiles: [] }],
    [{ tokenFile: 'a' }, {}, { tokenFile: 'a' }],
    [{ tokenFile: '' }, {}, { tokenFile: undefined }],
    [{ trustedPublishing: 'never' }, {}, { trustedPublishing: 'never' }],
    [{ trustedPublishing: '' }, {}, { trustedPublishing: 'auto' }],
    [{ retries: '0' }, {}, { retries: 0 }],
    [{ retries: '100' }, {}, { retries: 100 }],
    [{ retries: '' }, {}, { retries: 5 }],
    [{ timeout: '1.5' }, {}, { noProgressMs: 1_500 }],
    [{ timeout: '' }, {}, { noProgressMs: 60_000 }],
  ])('%j with %j', (flags, env, wanted) => {
    expect(settings(flags, env)).toMatchObject(wanted);
  });
});

describe('a value that cannot be used is named with its flag', () => {
  test.each<[IndexFlags, string, string]>([
    [
      { trustedPublishing: 'sometimes' },
      '`--trusted-publishing sometimes` cannot be used.',
      'Give `auto`, `always` or `never`.',
    ],
    [
      { trustedPublishing: 'Always' },
      '`--trusted-publishing Always` cannot be used.',
      'Give `auto`, `always` or `never`.',
    ],
    [{ retries: '-1' }, '`--retries -1` cannot be used.', 'Give a whole number from 0 to 100.'],
    [{ retries: '101' }, '`--retries 101` cannot be used.', 'Give a whole number from 0 to 100.'],
    [{ retries: '1.5' }, '`--retries 1.5` cannot be used.', 'Give a whole number from 0 to 100.'],
    [{ retries: 'many' }, '`--retries many` cannot be used.', 'Give a whole number from 0 to 100.'],
    [{ timeout: '0' }, '`--timeout 0` cannot be used.', 'Give a number of seconds from 1 to 86400.'],
    [{ timeout: '86401' }, '`--timeout 86401` cannot be used.', 'Give a number of seconds from 1 to 86400.'],
    [{ timeout: '10s' }, '`--timeout 10s` cannot be used.', 'Give a number of seconds from 1 to 86400.'],
    [{ timeout: 'Infinity' }, '`--timeout Infinity` cannot be used.', 'Give a number of seconds from 1 to 86400.'],
  ])('%j', (flags, message, hint) => {
    try {
      settings(flags);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'SETTINGS_INVALID', message, hint });
    }
  });
});

test('every variable has a meaning for the table of the documentation', () => {
  for (const [name, { meaning }] of Object.entries(environmentVariables)) {
    expect(name).toMatch(/^[A-Z][A-Z_]*$/);
    expect(meaning).toMatch(/\S{2}/);
  }
});
