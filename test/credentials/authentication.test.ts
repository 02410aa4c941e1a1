import { describe, expect, test } from 'vitest';
import { askAudience, requireProvider, settleAuthentication } from '../../src/credentials/authentication.ts';
import type { StoredCredentials, TrustedPublishingMode } from '../../src/credentials/choice.ts';
import { indexAtUrl } from '../../src/package-index/index-url.ts';
import { Secret } from '../../src/secret.ts';
import { html, json, type ScriptedAnswer, startServer, testClient } from '../support/http-server.ts';
import { testReporter } from '../support/reporter.ts';
import { testRuntime } from '../support/runtime.ts';

const token: StoredCredentials = {
  source: '`PYPI_TOKEN`',
  credentials: { username: '__token__', password: new Secret('x') },
};
const job = {
  GITHUB_ACTIONS: 'true',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner.example/token',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
};
const audience = json({ audience: 'pypi' });
const noTrustedPublishing = html('<title>404</title>', 404);

async function settle(
  answer: ScriptedAnswer,
  options: { env?: object; mode?: TrustedPublishingMode; environment?: StoredCredentials } = {},
) {
  const server = await startServer(answer);
  const reporter = testReporter();
  const context = { http: testClient(), runtime: testRuntime({ env: { ...(options.env ?? job) } }), reporter };
  const result = await settleAuthentication(context, {
    index: indexAtUrl(`${server.url.origin}/legacy/`),
    mode: options.mode ?? 'auto',
    stored: { given: undefined, environment: options.environment },
  }).catch((error: unknown) => error);
  return { result, reporter, targets: server.requests.map(({ method, target }) => `${method} ${target}`) };
}

test('trusted publishing: the audience is asked for and nothing else; the choice is told before', async () => {
  const { result, reporter, targets } = await settle(audience, { environment: token });
  expect(result).toMatchObject({ kind: 'trusted-publishing', audience: 'pypi', provider: { name: 'github-actions' } });
  expect(targets).toEqual(['GET /_/oidc/audience']);
  expect(reporter.events.map(({ kind }) => kind)).toEqual(['identity', 'credentials', 'audience']);
  expect(reporter.of('credentials')[0]?.text).toContain('`PYPI_TOKEN` is set too and is ignored');
});

test('a stored token needs no request', async () => {
  const { result, reporter, targets } = await settle(audience, { env: {}, environment: token });
  expect(result).toMatchObject({ kind: 'stored', stored: token });
  expect(targets).toEqual([]);
  expect(reporter.events).toEqual([
    { kind: 'credentials', text: 'an API token, `PYPI_TOKEN` (set in the environment)' },
  ]);
});

test('a CI whose identity is not switched on is told how, though a token is used', async () => {
  const { result, reporter } = await settle(audience, { env: { GITHUB_ACTIONS: 'true' }, environment: token });
  expect(result).toMatchObject({ kind: 'stored' });
  expect(reporter.of('note')).toMatchObject([
    { severity: 'warning', hint: expect.stringContaining('id-token: write') },
  ]);
});

test.each<[object, string]>([
  [{}, 'IDENTITY_NOT_FOUND'],
  [{ GITHUB_ACTIONS: 'true' }, 'IDENTITY_PERMISSION_MISSING'],
])('with nothing to authenticate with: %j', async (env, code) => {
  const { result, targets } = await settle(audience, { env });
  expect(result).toMatchObject({ code });
  expect(targets).toEqual([]);
});

describe('an index without trusted publishing', () => {
  test('leaves the choice to a stored token, and that is told', async () => {
    const { result, reporter } = await settle(noTrustedPublishing, { environment: token });
    expect(result).toMatchObject({ kind: 'stored', stored: token });
    expect(reporter.of('note')).toMatchObject([
      { severity: 'info', message: expect.stringContaining('offers no trusted publishing') },
    ]);
    expect(reporter.of('credentials').at(-1)?.text).toBe('an API token, `PYPI_TOKEN` (set in the environment)');
  });

  test.each<[string, { mode?: TrustedPublishingMode; environment?: StoredCredentials }]>([
    ['without a token', {}],
    ['with --trusted-publishing always', { mode: 'always', environment: token }],
  ])('is an error %s', async (_, options) => {
    const { result } = await settle(noTrustedPublishing, options);
    expect(result).toMatchObject({ code: 'AUDIENCE_UNAVAILABLE' });
  });
});

describe('no silent step back to a token', () => {
  test.each<[string, ScriptedAnswer, string]>([
    ['when the index fails', { status: 503 }, 'AUDIENCE_UNAVAILABLE'],
    ['when the connection breaks', (response) => response.destroy(), 'TRANSPORT_FAILED'],
  ])('%s', async (_, answer, code) => {
    const { result, reporter } = await settle(answer, { environment: token });
    expect(result).toMatchObject({ code });
    expect(reporter.of('retry')).toHaveLength(3);
    expect(reporter.of('retry')[0]?.what).toBe('asking for the audience');
  });
});

describe('for commands that need an identity', () => {
  const context = (env: object) => ({
    http: testClient(),
    runtime: testRuntime({ env: { ...env } }),
    reporter: testReporter(),
  });

  test('it is found and told', () => {
    const given = context(job);
    expect(requireProvider(given).name).toBe('github-actions');
    expect(given.reporter.of('identity')).toMatchObject([{ title: 'GitHub Actions' }]);
  });

  test('or it is an error', () => {
    expect(() => requireProvider(context({}))).toThrow('This job has no identity');
    expect(() => requireProvider(context({ GITHUB_ACTIONS: 'true' }))).toThrow('id-token: write');
  });

  test('the audience is told with the index it is for', async () => {
    const server = await startServer(audience);
    const given = context(job);
    expect(await askAudience(given, indexAtUrl(server.url.href))).toBe('pypi');
    expect(given.reporter.events).toEqual([{ kind: 'audience', audience: 'pypi', index: server.url.host }]);
  });
});
