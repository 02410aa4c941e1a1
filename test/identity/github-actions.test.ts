import { describe, expect, test } from 'vitest';
import { detectGitHubActions, withAudience } from '../../src/identity/github-actions.ts';
import type { RetryNotice } from '../../src/retry.ts';
import { json, type ScriptedAnswer, startServer, testClient } from '../support/http-server.ts';
import { testRuntime } from '../support/runtime.ts';

/** Ask a scripted token service for a token. */
async function ask(answers: readonly ScriptedAnswer[], options: { audience?: string; target?: string } = {}) {
  const server = await startServer(...answers);
  const url = `${server.url.origin}${options.target ?? '/token?api-version=2.0'}`;
  const env = {
    GITHUB_ACTIONS: 'true',
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
  };
  const runtime = testRuntime({ env });
  const notices: RetryNotice[] = [];
  const http = testClient({ timeouts: { connectMs: 1_000, noProgressMs: 200, answerMs: 200 } });
  const detection = detectGitHubActions({ runtime, http, onRetry: (notice) => notices.push(notice) });
  if (detection?.kind !== 'available') throw new Error('not detected');
  const { provider } = detection;
  const request = async () => (await provider.requestIdentityToken(options.audience ?? 'pypi')).reveal();
  return { request, server, notices, sleeps: runtime.sleeps };
}

test('a token is asked for with the audience, the request token and nothing else', async () => {
  const { request, server } = await ask([json({ count: 10, value: 'a.b.c' })]);
  expect(await request()).toBe('a.b.c');
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toMatchObject({
    method: 'GET',
    target: '/token?api-version=2.0&audience=pypi',
    headers: { authorization: 'Bearer request-token', accept: 'application/json' },
    body: '',
  });
});

test('every call asks anew', async () => {
  const { request, server } = await ask([json({ value: 'first' }), json({ value: 'second' })]);
  expect([await request(), await request()]).toEqual(['first', 'second']);
  expect(server.requests).toHaveLength(2);
});

describe('the audience is added to the address, which stays as it is', () => {
  test.each([
    ['https://runner.example/token', 'pypi', '/token?audience=pypi'],
    ['https://runner.example/token?', 'pypi', '/token?audience=pypi'],
    ['https://runner.example/token?api-version=2.0', 'pypi', '/token?api-version=2.0&audience=pypi'],
    [
      'https://runner.example/a//b/?sig=a%2Fb%2bc+d==&x=&y&z=1&z=2&q=%E4',
      'pypi',
      '/a//b/?sig=a%2Fb%2bc+d==&x=&y&z=1&z=2&q=%E4&audience=pypi',
    ],
    [
      'https://runner.example/token?v=1',
      'https://a.example/?x=1&y=ü z',
      '/token?v=1&audience=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y%3D%C3%BC%20z',
    ],
  ])('%s for %s', (requestUrl, audience, target) => {
    const url = withAudience(requestUrl, audience);
    expect(`${url.pathname}${url.search}`).toBe(target);
  });

  test('also on the wire', async () => {
    const { request, server } = await ask([json({ value: 'x' })], { target: '/t?sig=a%2Fb%2bc+d==', audience: 'a b' });
    await request();
    expect(server.requests[0]?.target).toBe('/t?sig=a%2Fb%2bc+d==&audience=a%20b');
  });
});

describe('a refusal', () => {
  test.each([
    [401, 'The permission to request tokens ends with the job'],
    [403, 'The permission to request tokens ends with the job'],
    [404, 'https://www.githubstatus.com/'],
    [302, 'https://www.githubstatus.com/'],
    [400, 'https://www.githubstatus.com/'],
  ])('with %i is not repeated', async (status, hint) => {
    const { request, server } = await ask([{ status, body: 'secret words', headers: { location: '/elsewhere' } }]);
    const error = await request().catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: 'IDENTITY_REQUEST_FAILED',
      message: `GitHub's token service refused to give an identity token: it answered ${status}.`,
      hint: expect.stringContaining(hint),
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a passing failure', () => {
  test('is waited for, as long as the service asks', async () => {
    const busy = { status: 503, headers: { 'retry-after': '9' } };
    const { request, notices, sleeps } = await ask([{ status: 500 }, busy, json({ value: 'x' })]);
    expect(await request()).toBe('x');
    expect(sleeps).toEqual([250, 9_000]);
    expect(notices).toEqual([
      { attempt: 1, of: 4, waitMs: 250, reason: "GitHub's token service answered 500" },
      { attempt: 2, of: 4, waitMs: 9_000, reason: "GitHub's token service answered 503" },
    ]);
  });

  test('that does not pass ends after four attempts', async () => {
    const { request, server } = await ask([{ status: 502 }]);
    await expect(request()).rejects.toMatchObject({
      code: 'IDENTITY_REQUEST_FAILED',
      message: "GitHub's token service refused to give an identity token: it answered 502.",
    });
    expect(server.requests).toHaveLength(4);
  });

  test('of the connection is waited for, too', async () => {
    const { request, server } = await ask([(response) => response.destroy(), json({ value: 'x' })]);
    expect(await request()).toBe('x');
    expect(server.requests).toHaveLength(2);
  });

  test('may be an answer that stops halfway', async () => {
    const halfway: ScriptedAnswer = (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"value":');
    };
    const { request } = await ask([halfway, json({ value: 'x' })]);
    expect(await request()).toBe('x');
  });
});

describe('an answer without a token', () => {
  test.each<[string, ScriptedAnswer]>([
    ['empty', { body: '' }],
    ['not JSON', { body: 'secret-token' }],
    ['cut off', { body: '{"value":"secret-token' }],
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<html>secret-token</html>' }],
    ['another shape', json({ token: 'secret-token' })],
    ['a list', json(['secret-token'])],
    ['null', json(null)],
    ['an empty value', json({ value: '' })],
    ['a value of another type', json({ value: { text: 'secret-token' } })],
  ])('%s is an error that does not quote it', async (_, answer) => {
    const { request, server } = await ask([answer]);
    const error = await request().catch((thrown) => thrown);
    expect(error).toMatchObject({
      name: 'IdentityError',
      code: 'IDENTITY_REQUEST_FAILED',
      message: "GitHub's token service answered 200, but without a token in it.",
    });
    expect(`${error.stack} ${error.hint} ${JSON.stringify(error)}`).not.toContain('secret-token');
    expect(server.requests).toHaveLength(1);
  });

  test('a huge one is not read to its end', async () => {
    const { request } = await ask([{ body: 'x'.repeat(3_000_000) }]);
    await expect(request()).rejects.toMatchObject({ code: 'BODY_UNEXPECTED' });
  });
});

test('the request token is not sent over plain http', async () => {
  const detection = detectGitHubActions({
    runtime: testRuntime({
      env: {
        GITHUB_ACTIONS: 'true',
        ACTIONS_ID_TOKEN_REQUEST_URL: 'http://192.0.2.1/token',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
      },
    }),
    http: testClient(),
    onRetry: () => {},
  });
  if (detection?.kind !== 'available') throw new Error('not detected');
  await expect(detection.provider.requestIdentityToken('pypi')).rejects.toMatchObject({ code: 'ADDRESS_INSECURE' });
});
