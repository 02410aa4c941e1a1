import { describe, expect, test } from 'vitest';
import { mint, obtainIdentityToken } from '../../src/credentials/trusted-publishing.ts';
import { indexAtUrl } from '../../src/package-index/index-url.ts';
import { json, type ScriptedAnswer, startServer, testClient } from '../support/http-server.ts';
import { testProvider } from '../support/identity-provider.ts';
import { testReporter } from '../support/reporter.ts';
import { startMs, testRuntime } from '../support/runtime.ts';

const minted = json({ success: true, token: 'api-token', expires: startMs / 1000 + 900 });

function refusal(code: string): ScriptedAnswer {
  return json({ message: 'Token request failed', errors: [{ code, description: 'the words of the index' }] }, 422);
}

/** Mint against a scripted index that follows PyPI's rules. */
async function mintWith(
  answers: readonly ScriptedAnswer[],
  options: { renewable?: boolean; claims?: Record<string, unknown>; local?: boolean } = {},
) {
  const server = await startServer(...answers);
  const index = indexAtUrl(`${server.url.origin}/legacy/`, { local: options.local ?? true });
  const provider = testProvider(options);
  const reporter = testReporter();
  const runtime = testRuntime();
  const context = { http: testClient(), runtime, reporter };
  const result = await mint(context, { index, provider, audience: 'pypi', projects: ['demo'] }).then(
    ({ token }) => token.reveal(),
    (error: unknown) => error,
  );
  const sent = server.requests.map(({ body }) => (JSON.parse(body) as { token: string }).token);
  return { result, provider, reporter, sent, sleeps: runtime.sleeps };
}

test('a fresh identity token for the audience is exchanged; both tokens are masked, the first before it is sent', async () => {
  const { result, provider, reporter, sent } = await mintWith([minted]);
  expect(result).toBe('api-token');
  expect(provider.asked).toEqual(['pypi']);
  expect(sent).toEqual(provider.given);
  expect(reporter.masked).toEqual([...provider.given, 'api-token']);
  expect(reporter.events).toEqual([
    { kind: 'identity-token', subject: 'repo:octo/demo:environment:pypi', lifeSeconds: 300 },
  ]);
});

describe('an identity token is never sent twice', () => {
  const broken: ScriptedAnswer = (response) => response.destroy();
  test.each<[string, readonly ScriptedAnswer[]]>([
    ['after 500', [{ status: 500 }, minted]],
    ['after two faults', [{ status: 503 }, { status: 502 }, minted]],
    ['after a lost answer', [broken, minted]],
    ['after invalid-token', [refusal('invalid-token'), minted]],
    ['after invalid-reuse-token', [refusal('invalid-reuse-token'), minted]],
    ['after invalid-pending-publisher', [refusal('invalid-pending-publisher'), minted]],
  ])('%s each attempt has a fresh one', async (_, answers) => {
    const { result, provider, sent, sleeps, reporter } = await mintWith(answers);
    expect(result).toBe('api-token');
    expect(sent).toEqual(provider.given);
    expect(new Set(sent).size).toBe(answers.length);
    expect(sleeps).toEqual([1_000, 2_000].slice(0, answers.length - 1));
    expect(reporter.of('retry').map(({ what, notice }) => [what, notice.attempt, notice.of])).toEqual(
      sleeps.map((_, number) => ['exchanging the identity token', number + 1, 3]),
    );
  });

  test.each<[string, ScriptedAnswer]>([
    ['500', { status: 500 }],
    ['a lost answer', broken],
    ['invalid-reuse-token', refusal('invalid-reuse-token')],
  ])('one that cannot be had anew is sent once: %s', async (_, answer) => {
    const { result, sent, sleeps } = await mintWith([answer, minted], { renewable: false });
    expect(result).toBeInstanceOf(Error);
    expect([sent.length, sleeps]).toEqual([1, []]);
  });
});

describe('no second try', () => {
  test.each(['invalid-publisher', 'invalid-payload', 'not-enabled', 'some-later-code'])('after %s', async (code) => {
    const { result, sent } = await mintWith([refusal(code), minted]);
    expect(result).toMatchObject({ code: 'MINT_REFUSED', indexCode: code });
    expect(sent).toHaveLength(1);
  });

  test.each([400, 404, 302])('after %i', async (status) => {
    const { result, sent } = await mintWith([{ status }, minted]);
    expect(result).toMatchObject({ code: 'MINT_FAILED', status });
    expect(sent).toHaveLength(1);
  });
});

describe('the tries end', () => {
  test('after three faults', async () => {
    const { result, sent } = await mintWith([{ status: 500 }]);
    expect(result).toMatchObject({ code: 'MINT_FAILED', status: 500 });
    expect(sent).toHaveLength(3);
  });

  test('after the second definite reason', async () => {
    const { result, sent } = await mintWith([refusal('invalid-token')]);
    expect(result).toMatchObject({ code: 'MINT_REFUSED', indexCode: 'invalid-token' });
    expect(sent).toHaveLength(2);
  });

  test('with the failure of the transport', async () => {
    const { result, sent } = await mintWith([(response) => response.destroy()]);
    expect(result).toMatchObject({ code: 'TRANSPORT_FAILED' });
    expect(sent).toHaveLength(3);
  });
});

describe('judged before it is sent', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['another audience', { aud: 'testpypi' }, 'is made out to the audience `testpypi`'],
    ['a list of audiences', { aud: ['pypi'] }, 'list of audiences'],
    ['expired', { exp: startMs / 1000 - 60 }, 'expired 60 s ago'],
    ['pull_request_target', { event_name: 'pull_request_target' }, 'pull_request_target'],
    [
      'another issuer',
      { iss: 'https://github.example.com' },
      'PyPI does not accept identities of https://github.example.com.',
    ],
    ['a foreign workflow', { job_workflow_ref: 'octo/shared/.github/workflows/x.yml@v1' }, 'reusable workflows'],
  ])('%s: nothing reaches the index', async (_, claims, text) => {
    const { result, sent, reporter, provider } = await mintWith([minted], { claims });
    expect(result).toMatchObject({ code: 'IDENTITY_TOKEN_INVALID', message: expect.stringContaining(text) });
    expect(sent).toEqual([]);
    expect(reporter.masked).toEqual(provider.given);
  });

  test.each([{ iss: 'https://github.example.com' }, { event_name: 'pull_request_target' }])(
    'an index with rules of its own decides by itself: %j',
    async (claims) => {
      const { result } = await mintWith([minted], { claims, local: false });
      expect(result).toBe('api-token');
    },
  );

  test('a called workflow of the same repository passes with a warning', async () => {
    const claims = { job_workflow_ref: 'octo/demo/.github/workflows/called.yml@refs/tags/v1' };
    const { result, reporter } = await mintWith([minted], { claims });
    expect(result).toBe('api-token');
    expect(reporter.of('note')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('called.yml') },
    ]);
  });

  test('a missing environment is not worth a warning at each release', async () => {
    const { reporter } = await mintWith([minted], { claims: { environment: undefined } });
    expect(reporter.of('note')).toEqual([]);
  });
});

test.each([
  [{ sub: undefined, email: 'robot@example.com' }, 'robot@example.com'],
  [{ sub: undefined }, 'https://token.actions.githubusercontent.com'],
])('the subject that is told: %j', async (claims, subject) => {
  const reporter = testReporter();
  const context = { http: testClient(), runtime: testRuntime(), reporter };
  const request = {
    index: indexAtUrl('http://127.0.0.1:1/'),
    provider: testProvider({ claims }),
    audience: 'pypi',
    projects: [],
  };
  await obtainIdentityToken(context, request);
  expect(reporter.of('identity-token')).toMatchObject([{ subject }]);
});
