import { expect, test } from 'vitest';
import type { LocalIndex } from '../../src/local-index/server.ts';
import { Secret } from '../../src/secret.ts';
import { identityToken, mint, mintedToken, sdist, testIndex, upload } from './support.ts';

async function admin(
  index: LocalIndex,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(`${index.url}/_admin/${path}`, {
    method,
    ...(body === undefined ? {} : { headers, body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('faults are added, listed and removed', async () => {
  const { index } = await testIndex({ apiTokens: [new Secret('local')] });
  const added = await admin(index, 'POST', 'faults', { faults: ['upload:status=503', 'simple:delay=1:times=all'] });
  expect(added).toEqual({
    status: 200,
    body: {
      faults: [
        { route: 'upload', kind: 'answer', status: 503, body: 'json', times: 1, skip: 0 },
        { route: 'simple', kind: 'delay', milliseconds: 1, times: 'all', skip: 0 },
      ],
    },
  });
  expect((await upload(index, 'local', sdist('alpha', '1.0'))).status).toBe(503);
  expect((await admin(index, 'GET', 'faults')).body['faults']).toHaveLength(1);
  await admin(index, 'POST', 'faults', { faults: ['upload:status=500:times=9'] });
  expect((await admin(index, 'DELETE', 'faults')).body).toEqual({ faults: [] });
  expect((await upload(index, 'local', sdist('alpha', '1.0'))).status).toBe(200);
});

test('the clock moves on, for tokens and everything else', async () => {
  const { index } = await testIndex();
  const token = await mintedToken(index);
  const identity = await identityToken(index.gitHubEnvironment());
  const { body } = await admin(index, 'POST', 'clock', { advanceSeconds: 901 });
  expect(body).toEqual({ now: '2026-09-01T12:15:01.000Z', aheadSeconds: 901 });
  expect((await fetch(`${index.url}/_/oidc/audience`)).headers.get('date')).toBe('Tue, 01 Sep 2026 12:15:01 GMT');
  expect((await upload(index, token, sdist('alpha', '1.0'))).code).toContain('token is expired');
  expect((await mint(index, identity)).body.errors?.[0]?.code).toBe('invalid-token');
  await admin(index, 'POST', 'clock', { advanceSeconds: -901 });
  expect((await admin(index, 'GET', 'clock')).body).toMatchObject({ aheadSeconds: 0 });
  expect((await upload(index, token, sdist('alpha', '1.0'))).status).toBe(200);
});

test('another simulated job can be started', async () => {
  const { index } = await testIndex();
  const { body } = await admin(index, 'POST', 'jobs', { ci: 'gitlab' });
  expect(body).toMatchObject({ ci: 'gitlab', environment: { GITLAB_CI: 'true' } });
  index.setFaults([{ route: 'identity', kind: 'expired-identity' }]);
  const spoiled = (await admin(index, 'POST', 'jobs', { ci: 'gitlab' })).body['environment'] as Record<string, string>;
  expect((await mint(index, spoiled['PYPI_ID_TOKEN'] ?? '')).body.errors?.[0]?.code).toBe('invalid-token');
});

test.each([
  ['faults', { faults: ['upload:explode'] }, 400, '`explode` is unknown'],
  ['faults', { faults: 'upload:status=503' }, 400, '{"faults"'],
  ['faults', 'no JSON', 400, '{"faults"'],
  ['clock', { advanceSeconds: 'much' }, 400, 'advanceSeconds'],
  ['jobs', { ci: 'activestate' }, 400, 'known are'],
  ['else', {}, 404, 'There is no POST /_admin/else'],
])('%s: %j is refused', async (path, body, status, said) => {
  const { index } = await testIndex();
  const answer = path === 'else' ? await admin(index, 'POST', path) : await admin(index, 'POST', path, body);
  expect(answer.status).toBe(status);
  expect(answer.body['message']).toContain(said);
});

test('a web page elsewhere cannot use it', async () => {
  const { index } = await testIndex();
  const body = { faults: ['upload:status=503'] };
  expect((await admin(index, 'POST', 'faults', body, { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await admin(index, 'OPTIONS', 'faults')).status).toBe(404);
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    request(`${index.url}/_admin/faults`, { headers: { host: 'rebound.example.org' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  expect(status).toBe(403);
  expect((await admin(index, 'GET', 'faults')).body).toEqual({ faults: [] });
});
