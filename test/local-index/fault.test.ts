import { describe, expect, test } from 'vitest';
import { type Fault, parseFault } from '../../src/local-index/fault.ts';
import { LocalIndexError } from '../../src/local-index/local-index-error.ts';
import { Secret } from '../../src/secret.ts';
import { basic, identityToken, listedFiles, mint, mintedToken, sdist, testIndex, upload } from './support.ts';

describe('the command-line form', () => {
  test.each<[string, Fault]>([
    ['upload:status=503', { route: 'upload', kind: 'answer', status: 503, body: 'json' }],
    ['upload:status=503:times=2', { route: 'upload', kind: 'answer', status: 503, body: 'json', times: 2 }],
    ['mint:html=200', { route: 'mint', kind: 'answer', status: 200, body: 'html' }],
    [
      'upload:text=429:retry-after=7',
      { route: 'upload', kind: 'answer', status: 429, body: 'text', retryAfterSeconds: 7 },
    ],
    ['upload:reset=after:stored', { route: 'upload', kind: 'reset', when: 'after', isProcessed: true }],
    ['simple:reset', { route: 'simple', kind: 'reset', when: 'before' }],
    ['audience:delay=250', { route: 'audience', kind: 'delay', milliseconds: 250 }],
    ['mint:malformed-json', { route: 'mint', kind: 'malformed-json' }],
    ['upload:expired-token:skip=1', { route: 'upload', kind: 'expired-token', skip: 1 }],
    ['identity:wrong-audience', { route: 'identity', kind: 'wrong-audience' }],
    ['identity:expired-identity', { route: 'identity', kind: 'expired-identity' }],
    ['mint:echo-secret:not-stored', { route: 'mint', kind: 'echo-secret', isProcessed: false }],
  ])('%s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  test.each([
    ['', 'no route'],
    ['download:status=503', '`download`'],
    ['upload', 'what should happen'],
    ['upload:explode', '`explode` is unknown'],
    ['upload:status', 'needs a whole number'],
    ['upload:status=999', '999'],
    ['upload:reset=later', '`reset` is'],
    ['upload:wrong-audience', 'does not apply to upload'],
    ['upload:expired-token=1', 'takes no value'],
    ['upload:status=503:often', 'option `often` is unknown'],
    ['upload:delay=5:retry-after=1', 'goes with a status'],
  ])('%j is refused', (text, reason) => {
    expect(() => parseFault(text)).toThrow(LocalIndexError);
    expect(() => parseFault(text)).toThrow(reason);
  });
});

async function withFaults(...faults: string[]) {
  const { index, clock } = await testIndex({ apiTokens: [new Secret('local')] });
  index.setFaults(faults.map(parseFault));
  return { index, clock };
}

describe('answers in place of the real one', () => {
  test('come as often as asked for, after those that are let through', async () => {
    const { index } = await withFaults('upload:status=503:times=2:skip=1');
    const status = async (version: string) => (await upload(index, 'local', sdist('alpha', version))).status;
    expect([await status('1'), await status('2'), await status('3'), await status('4')]).toEqual([200, 503, 503, 200]);
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.tar.gz', 'alpha-4.tar.gz']);
  });

  test('hide an upload that was stored when they say so', async () => {
    const { index } = await withFaults('upload:html=502:stored');
    const answer = await upload(index, 'local', sdist('alpha', '1.0'));
    expect(answer).toMatchObject({ status: 502, contentType: 'text/html; charset=UTF-8' });
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.0.tar.gz']);
  });

  test('carry Retry-After', async () => {
    const { index } = await withFaults('simple:text=429:retry-after=3');
    const response = await fetch(`${index.simpleUrl}alpha/`);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('3');
  });

  test('spend the identity token when they replace the answer of a mint', async () => {
    const { index } = await withFaults('mint:status=503');
    const identity = await identityToken(index.gitHubEnvironment());
    expect((await mint(index, identity)).status).toBe(503);
    expect((await mint(index, identity)).body.errors?.[0]?.code).toBe('invalid-reuse-token');
  });

  test('can be broken JSON', async () => {
    const { index } = await withFaults('audience:malformed-json');
    const response = await fetch(`${index.url}/_/oidc/audience`);
    expect(response.headers.get('content-type')).toBe('application/json');
    await expect(response.json()).rejects.toThrow();
  });

  test('can claim that the API token expired', async () => {
    const { index } = await withFaults('upload:expired-token');
    expect((await upload(index, 'local', sdist('alpha', '1.0'))).code).toBe('403 Invalid API Token: token is expired');
  });

  test('can repeat the secrets that were sent', async () => {
    const { index } = await withFaults('upload:echo-secret', 'mint:echo-secret');
    const refused = await upload(index, 'local', sdist('alpha', '1.0'));
    expect(refused.status).toBe(400);
    expect(refused.code).toContain(basic('local'));
    expect(refused.code).toContain('__token__:local');
    const identity = await identityToken(index.gitHubEnvironment());
    const { status, body } = await mint(index, identity);
    expect(status).toBe(422);
    expect(body.errors?.[0]?.description).toContain(identity);
    expect(JSON.stringify(index.requests)).not.toContain(identity);
  });
});

describe('broken connections', () => {
  test.each(['before', 'body', 'after'])('%s the body was read', async (when) => {
    const { index } = await withFaults(`upload:reset=${when}`);
    await expect(upload(index, 'local', sdist('alpha', '1.0'))).rejects.toThrow();
    expect(index.requests.at(-1)).toMatchObject({ path: '/legacy/', status: 'reset' });
    expect((await upload(index, 'local', sdist('alpha', '1.0'))).status).toBe(200);
  });

  test('after the file was stored', async () => {
    const { index } = await withFaults('upload:reset=after:stored');
    await expect(upload(index, 'local', sdist('alpha', '1.0'))).rejects.toThrow();
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.0.tar.gz']);
  });
});

describe('identity tokens', () => {
  test.each(['wrong-audience', 'expired-identity'])('that cannot be used: %s', async (kind) => {
    const { index } = await withFaults(`identity:${kind}`);
    const environment = index.gitHubEnvironment();
    const { body } = await mint(index, await identityToken(environment));
    expect(body.errors?.[0]?.code).toBe('invalid-token');
    expect((await mint(index, await identityToken(environment))).status).toBe(200);
  });
});

test('a delayed answer comes late, and closing does not wait for it', async () => {
  const { index } = await withFaults('audience:delay=50', 'simple:delay=60000');
  const started = performance.now();
  expect((await fetch(`${index.url}/_/oidc/audience`)).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(45);
  const waiting = fetch(`${index.simpleUrl}alpha/`).catch(() => 'ended');
  await new Promise((resolve) => setTimeout(resolve, 20));
  await index.close();
  expect(await Promise.race([waiting.then(() => 'done'), new Promise((resolve) => setTimeout(resolve, 5000))])).toBe(
    'done',
  );
});

test('faults of a route leave the others alone, and can be replaced', async () => {
  const { index } = await withFaults('upload:status=500:times=9');
  expect((await mint(index, await identityToken(index.gitHubEnvironment()))).status).toBe(200);
  index.setFaults([]);
  expect((await upload(index, await mintedToken(index), sdist('alpha', '1.0'))).status).toBe(200);
});
