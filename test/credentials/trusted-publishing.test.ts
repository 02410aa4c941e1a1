import { describe, expect, test } from 'vitest';
import { storedCredentials, trustedPublishingCredentials } from '../../src/credentials/trusted-publishing.ts';
import { indexAtUrl } from '../../src/package-index/index-url.ts';
import { Secret } from '../../src/secret.ts';
import { type ScriptedAnswer, startServer, testClient } from '../support/http-server.ts';
import { testProvider } from '../support/identity-provider.ts';
import { testReporter } from '../support/reporter.ts';
import { startMs, testRuntime } from '../support/runtime.ts';

const minute = 60_000;

/** Credentials from an index that mints `token-1`, `token-2`, … for a quarter of an hour each. */
async function source(options: { renewable?: boolean; burn?: ScriptedAnswer } = {}) {
  const runtime = testRuntime();
  const reporter = testReporter();
  const provider = testProvider({ ...options, claims: { exp: startMs / 1000 + 3_600 } });
  let number = 0;
  const burned: string[] = [];
  const server = await startServer((response, { target, body }) => {
    const { token } = JSON.parse(body) as { token: string };
    if (target === '/_/oidc/burn-token') {
      burned.push(token);
      if (typeof options.burn === 'function') options.burn(response, { target, body, method: 'POST', headers: {} });
      else response.writeHead(202).end();
      return;
    }
    number++;
    response.end(JSON.stringify({ token: `token-${number}`, expires: runtime.now() / 1000 + 900 }));
  });
  const index = indexAtUrl(`${server.url.origin}/legacy/`, { local: true });
  const context = { http: testClient(), runtime, reporter };
  const credentials = trustedPublishingCredentials(context, { index, provider, audience: 'pypi', projects: [] });
  const current = async (neededMs = 0) => (await credentials.current(neededMs)).password.reveal();
  return {
    credentials,
    current,
    runtime,
    reporter,
    provider,
    burned,
    requests: server.requests,
    host: server.url.host,
  };
}

test('nothing is minted before it is needed, and once for many uses', async () => {
  const { credentials, current, requests, reporter, host } = await source();
  expect(requests).toEqual([]);
  expect([await current(), await current(30_000), await current()]).toEqual(['token-1', 'token-1', 'token-1']);
  expect(requests).toHaveLength(1);
  expect((await credentials.current(0)).username).toBe('__token__');
  expect(reporter.of('minted')).toEqual([{ kind: 'minted', index: host, lifeSeconds: 900, renewal: false }]);
});

describe('a token that runs out', () => {
  test.each([
    [14, 30_000, 'token-1'],
    [14.5, 30_000, 'token-2'],
    [15, 0, 'token-2'],
    [5, 9.9 * minute, 'token-1'],
    [5, 10 * minute, 'token-2'],
    // More than ten minutes are never asked for: no token would be good enough.
    [1, 60 * minute, 'token-1'],
    [4.9, 60 * minute, 'token-1'],
  ])('after %s minutes, with %i ms needed: %s', async (minutes, neededMs, wanted) => {
    const { current, runtime } = await source();
    await current();
    runtime.pass(minutes * minute);
    expect(await current(neededMs)).toBe(wanted);
  });

  test('is replaced by means of another identity token, and that is told', async () => {
    const { current, runtime, provider, reporter } = await source();
    await current();
    runtime.pass(5 * minute);
    await current(10 * minute);
    expect(new Set(provider.given).size).toBe(2);
    expect(reporter.of('minted').map(({ renewal }) => renewal)).toEqual([false, true]);
  });

  test('is used to its end when there is no other', async () => {
    const { credentials, current, runtime, requests } = await source({ renewable: false });
    await current();
    runtime.pass(20 * minute);
    expect(await current(30_000)).toBe('token-1');
    expect(await credentials.renew()).toBeUndefined();
    expect(requests).toHaveLength(1);
  });
});

test('renewing gives another token at once, which is the current one from then on', async () => {
  const { credentials, current } = await source();
  await current();
  expect((await credentials.renew())?.password.reveal()).toBe('token-2');
  expect(await current()).toBe('token-2');
});

describe('at the end', () => {
  test('all tokens that still live are given back, and only these', async () => {
    const { credentials, current, runtime, burned } = await source();
    await current();
    runtime.pass(5 * minute);
    await credentials.renew();
    await credentials.renew();
    runtime.pass(11 * minute);
    await credentials.end();
    expect(burned.toSorted()).toEqual(['token-2', 'token-3']);
  });

  test('nothing is given back when nothing was minted', async () => {
    const { credentials, requests } = await source();
    await credentials.end();
    expect(requests).toEqual([]);
  });

  test('a failure is of no account', async () => {
    const { credentials, current, burned } = await source({ burn: (response) => response.destroy() });
    await current();
    await expect(credentials.end()).resolves.toBeUndefined();
    expect(burned).toEqual(['token-1']);
  });
});

test('stored credentials stay as they are and are not given back', async () => {
  const stored = { username: 'octo', password: new Secret('x') };
  const credentials = storedCredentials(stored);
  expect(await credentials.current(0)).toBe(stored);
  expect(await credentials.renew()).toBeUndefined();
  await expect(credentials.end()).resolves.toBeUndefined();
});
