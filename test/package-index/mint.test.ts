import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { indexAtUrl } from '../../src/package-index/index-url.ts';
import { burnApiToken, mintApiToken } from '../../src/package-index/oidc.ts';
import { Secret } from '../../src/secret.ts';
import { deadUrl, html, json, type ScriptedAnswer, startServer, testClient } from '../support/http-server.ts';
import { startMs, testRuntime } from '../support/runtime.ts';

const identity = 'identity.token.text';

async function mintWith(...answers: readonly ScriptedAnswer[]) {
  const server = await startServer(...answers);
  const runtime = testRuntime();
  const context = { http: testClient(), runtime, onRetry: () => {} };
  const index = indexAtUrl(`${server.url.origin}/some/legacy/`);
  const minted = mintApiToken(context, index, new Secret(identity));
  const result = await minted.then(
    ({ token, expiresAtMs }) => ({ token: token.reveal(), expiresAtMs }),
    (error: unknown) => error,
  );
  return { result, requests: server.requests, sleeps: runtime.sleeps, host: server.url.host };
}

/** What PyPI answers to a refused exchange. */
function refusal(...errors: readonly { code: string; description: string }[]): ScriptedAnswer {
  return json({ message: 'Token request failed', errors }, 422);
}

test('the exchange is this one request', async () => {
  const { requests } = await mintWith(json({ success: true, token: 'api-token', expires: 1_800_000_000 }));
  expect(requests).toMatchObject([
    {
      method: 'POST',
      target: '/_/oidc/mint-token',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: '{"token":"identity.token.text"}',
    },
  ]);
  expect(requests[0]?.headers).not.toHaveProperty('authorization');
});

describe('the token', () => {
  test('ends when the index says', async () => {
    const { result } = await mintWith(json({ success: true, token: 'api-token', expires: 1_800_000_000 }));
    expect(result).toEqual({ token: 'api-token', expiresAtMs: 1_800_000_000_000 });
  });

  test.each([{}, { expires: null }, { expires: '1800000000' }])(
    'lives for 15 minutes where it does not: %j',
    async (more) => {
      const { result } = await mintWith(json({ success: true, token: 'api-token', ...more }));
      expect(result).toEqual({ token: 'api-token', expiresAtMs: startMs + 900_000 });
    },
  );

  test.each([200, 201])('comes with status %i', async (status) => {
    const { result } = await mintWith(json({ token: 'api-token' }, status));
    expect(result).toMatchObject({ token: 'api-token' });
  });

  test('does not show itself', async () => {
    const server = await startServer(json({ token: 'api-token' }));
    const context = { http: testClient(), runtime: testRuntime(), onRetry: () => {} };
    const minted = await mintApiToken(context, indexAtUrl(server.url.href), new Secret(identity));
    expect(`${inspect(minted, { depth: 5 })}${JSON.stringify(minted)}`).not.toContain('api-token');
  });
});

describe('a refusal', () => {
  test.each([
    ['invalid-payload', 'unknown trusted publishing issuer'],
    ['not-enabled', 'GitHub trusted publishing functionality not enabled'],
    ['invalid-token', 'malformed or invalid token'],
    ['invalid-pending-publisher', 'valid token, but project already exists'],
    ['invalid-reuse-token', 'invalid token: already used'],
    ['invalid-publisher', 'valid token, but no corresponding publisher (Publisher with matching claims was not found)'],
    ['some-later-code', 'something new'],
  ])('%s is told in the words of the index', async (code, description) => {
    const { result, requests, sleeps, host } = await mintWith(refusal({ code, description }));
    expect(result).toMatchObject({
      name: 'MintError',
      code: 'MINT_REFUSED',
      indexCode: code,
      description,
      status: 422,
      message: `${host} did not exchange the identity token: ${description} (\`${code}\`).`,
    });
    expect([requests.length, sleeps]).toEqual([1, []]);
  });

  test('of several reasons shows the first', async () => {
    const { result } = await mintWith(
      refusal({ code: 'a', description: 'first' }, { code: 'b', description: 'second' }),
    );
    expect(result).toMatchObject({ indexCode: 'a', description: 'first' });
  });

  test('is one clean line of limited length', async () => {
    const description = `1 validation error\n\tfor \u001b[31mTokenPayload\u0007  ${'x'.repeat(2_000)}`;
    const { result } = await mintWith(refusal({ code: 'invalid-payload', description }));
    expect(result).toHaveProperty(
      'description',
      expect.stringMatching(/^1 validation error for \[31mTokenPayload x+$/),
    );
    expect((result as { description: string }).description).toHaveLength(600);
  });
});

describe('an answer that is no exchange', () => {
  test.each<[string, ScriptedAnswer, string]>([
    ['a fault', { status: 500, body: 'Internal Server Error' }, 'it answered 500, Internal Server Error'],
    ['a fault with a page', html('<title>503</title>', 503), 'it answered 503, a page, where JSON was expected'],
    ['nothing', { status: 502 }, 'it answered 502'],
    ['404', html('<title>Not found</title>', 404), 'it answered 404, a page, where JSON was expected'],
    ['405', { status: 405 }, 'it answered 405'],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, 'it answered 307'],
    ['a login page', html('<title>Sign in</title>'), 'it answered 200, a page, where JSON was expected'],
    [
      'no errors in the list',
      json({ message: 'Token request failed', errors: [] }, 422),
      'it answered 422, Token request failed',
    ],
    [
      'success without a token',
      json({ success: true, token: '' }),
      'it answered 200, without a token where it belongs',
    ],
  ])('%s', async (_, answer, text) => {
    const { result, requests, host } = await mintWith(answer);
    expect(result).toMatchObject({
      code: 'MINT_FAILED',
      indexCode: undefined,
      message: `${host} did not exchange the identity token: ${text}.`,
    });
    // The index may have counted the token as spent: it is not sent again from here.
    expect(requests).toHaveLength(1);
  });

  test.each<[string, ScriptedAnswer]>([
    ['as plain text', { body: 'api-token' }],
    ['as a JSON text', json('api-token')],
    ['under another name', json({ api_token: 'api-token', message: 'api-token' })],
  ])('with a token %s does not show it', async (_, answer) => {
    const { result } = await mintWith(answer);
    expect(result).toMatchObject({ code: 'MINT_FAILED', status: 200 });
    expect(`${inspect(result)}${JSON.stringify(result)}`).not.toContain('api-token');
  });

  test('no answer at all is a failure of the transport', async () => {
    const { result, requests } = await mintWith((response) => response.destroy());
    expect(result).toMatchObject({ code: 'TRANSPORT_FAILED', stage: 'after-sending' });
    expect(requests).toHaveLength(1);
  });
});

describe('giving a token back', () => {
  test('is this one request', async () => {
    const server = await startServer({ status: 202 });
    await burnApiToken({ http: testClient() }, indexAtUrl(`${server.url.origin}/legacy/`), new Secret('api-token'));
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        target: '/_/oidc/burn-token',
        headers: { 'content-type': 'application/json' },
        body: '{"token":"api-token"}',
      },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test.each<[string, ScriptedAnswer]>([
    ['an index that cannot do it', html('<title>404</title>', 404)],
    ['a fault', { status: 500 }],
    ['a broken connection', (response) => response.destroy()],
    ['a huge answer', { body: 'x'.repeat(2_000_000) }],
  ])('never fails, nor is it repeated: %s', async (_, answer) => {
    const server = await startServer(answer);
    const burn = burnApiToken({ http: testClient() }, indexAtUrl(server.url.href), new Secret('api-token'));
    await expect(burn).resolves.toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  test('never fails: nothing there', async () => {
    const index = indexAtUrl((await deadUrl()).href);
    await expect(burnApiToken({ http: testClient() }, index, new Secret('api-token'))).resolves.toBeUndefined();
  });
});
