import { describe, expect, test } from 'vitest';
import { indexAtUrl } from '../../src/package-index/index-url.ts';
import { fetchAudience } from '../../src/package-index/oidc.ts';
import type { RetryNotice } from '../../src/retry.ts';
import { html, json, type ScriptedAnswer, startServer, testClient } from '../support/http-server.ts';
import { testRuntime } from '../support/runtime.ts';

async function ask(...answers: readonly ScriptedAnswer[]) {
  const server = await startServer(...answers);
  const runtime = testRuntime();
  const notices: RetryNotice[] = [];
  const context = { http: testClient(), runtime, onRetry: (notice: RetryNotice) => notices.push(notice) };
  const result = await fetchAudience(context, indexAtUrl(`${server.url.origin}/some/legacy/`)).catch((error) => error);
  return { result, requests: server.requests, notices, sleeps: runtime.sleeps, host: server.url.host };
}

test('the audience is asked from the root of the host, with nothing that needs hiding', async () => {
  const { result, requests } = await ask(json({ audience: 'testpypi' }));
  expect(result).toBe('testpypi');
  expect(requests).toMatchObject([
    { method: 'GET', target: '/_/oidc/audience', headers: { accept: 'application/json' }, body: '' },
  ]);
  expect(requests[0]?.headers).not.toHaveProperty('authorization');
});

test('the content type of the answer does not matter', async () => {
  const { result } = await ask({ headers: { 'content-type': 'text/plain' }, body: '{"audience": "own", "more": 1}' });
  expect(result).toBe('own');
});

describe('an index without trusted publishing', () => {
  test.each<[string, ScriptedAnswer, string]>([
    [
      'says so',
      json({ message: 'Trusted publishing functionality not enabled' }, 403),
      '403: Trusted publishing functionality not enabled',
    ],
    ['does not know the address', html('<html><title>404 Not Found</title></html>', 404), '404'],
    ['says it in plain text', { status: 404, body: 'no such thing\n\ndetails' }, '404: no such thing'],
    ['wants a login', { status: 401 }, '401'],
    ['sends elsewhere', { status: 302, headers: { location: 'https://login.example/' } }, '302'],
  ])('%s', async (_, answer, text) => {
    const { result, requests, host } = await ask(answer);
    expect(result).toMatchObject({
      name: 'AudienceError',
      code: 'AUDIENCE_UNAVAILABLE',
      transient: false,
      message: `${host} offers no trusted publishing: it answered ${text}.`,
      hint: expect.stringContaining('set `PYPI_TOKEN`'),
    });
    expect(requests).toHaveLength(1);
  });
});

describe('an answer that is something else', () => {
  test.each<[string, ScriptedAnswer]>([
    ['a login page', html('<!doctype html><title>Sign in</title>')],
    ['nothing', {}],
    ['no JSON', { body: 'pypi' }],
    ['JSON of another shape', json({ aud: 'pypi' })],
    ['an empty audience', json({ audience: '' })],
    ['a list of audiences', json({ audience: ['pypi'] })],
    ['null', json(null)],
  ])('%s', async (_, answer) => {
    const { result, requests, host } = await ask(answer);
    expect(result).toMatchObject({
      code: 'AUDIENCE_UNAVAILABLE',
      transient: false,
      message: `${host} answered the question for its audience with something else.`,
      hint: expect.stringContaining('--repository-url'),
    });
    expect(requests).toHaveLength(1);
  });
});

describe('a passing fault', () => {
  test('is waited for', async () => {
    const { result, notices, host } = await ask({ status: 503 }, { status: 500 }, json({ audience: 'pypi' }));
    expect(result).toBe('pypi');
    expect(notices).toEqual([
      { attempt: 1, of: 4, waitMs: 250, reason: `${host} answered 503 when asked for its audience` },
      { attempt: 2, of: 4, waitMs: 500, reason: `${host} answered 500 when asked for its audience` },
    ]);
  });

  test('is waited for as long as the index asks', async () => {
    const { sleeps } = await ask({ status: 429, headers: { 'retry-after': '30' } }, json({ audience: 'pypi' }));
    expect(sleeps).toEqual([30_000]);
  });

  test('that does not pass is told apart from an index without trusted publishing', async () => {
    const { result, requests, host } = await ask(html('<title>502 Bad Gateway</title>', 502));
    expect(requests).toHaveLength(4);
    expect(result).toMatchObject({
      code: 'AUDIENCE_UNAVAILABLE',
      transient: true,
      message: `${host} could not say which audience it wants: it answered 502.`,
    });
  });
});
