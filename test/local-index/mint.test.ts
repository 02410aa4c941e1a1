import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { deserializeMacaroon } from '../../src/local-index/macaroon.ts';
import { identityToken, mint, mintedToken, releasePublisher, sdist, testIndex, upload } from './support.ts';

describe('the simulated GitHub', () => {
  test('gives a job the variables by which clients recognise it', async () => {
    const { index } = await testIndex();
    const environment = index.gitHubEnvironment();
    expect(environment).toMatchObject({
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'octo/demo',
      GITHUB_REPOSITORY_OWNER: 'octo',
      GITHUB_WORKFLOW_REF: 'octo/demo/.github/workflows/release.yml@refs/heads/main',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_SERVER_URL: 'https://github.com',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${index.url}/_ci/github/idtoken?api-version=2.0`,
    });
    expect(index.gitHubEnvironment()).toEqual(environment);
    expect(index.gitHubEnvironment({ ref: 'refs/tags/v1' })['ACTIONS_ID_TOKEN_REQUEST_TOKEN']).not.toBe(
      environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'],
    );
  });

  test("hands out tokens only for the job's request token", async () => {
    const { index } = await testIndex();
    const url = index.gitHubEnvironment()['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '';
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic wrong' }]) {
      expect((await fetch(url, { headers })).status).toBe(401);
    }
  });

  test('signs every claim with the key that its issuer publishes', async () => {
    const { index, clock } = await testIndex();
    const environment = index.gitHubEnvironment({ environment: 'pypi', ref: 'refs/tags/v1', eventName: 'release' });
    const token = await identityToken(environment, 'pypi');
    const discovery = (await (await fetch(`${index.url}/_issuers/github/.well-known/openid-configuration`)).json()) as {
      jwks_uri: string;
      issuer: string;
    };
    const keySet = (await (await fetch(discovery.jwks_uri)).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(token, createLocalJWKSet(keySet), {
      issuer: discovery.issuer,
      audience: 'pypi',
      currentDate: new Date(clock.timeMs),
    });
    expect(decodeProtectedHeader(token).alg).toBe('RS256');
    expect(payload).toMatchObject({
      iss: 'https://token.actions.githubusercontent.com',
      aud: 'pypi',
      sub: 'repo:octo/demo:environment:pypi',
      repository: 'octo/demo',
      repository_owner: 'octo',
      repository_owner_id: '4242',
      job_workflow_ref: 'octo/demo/.github/workflows/release.yml@refs/tags/v1',
      workflow_ref: 'octo/demo/.github/workflows/release.yml@refs/tags/v1',
      ref: 'refs/tags/v1',
      ref_type: 'tag',
      event_name: 'release',
      environment: 'pypi',
      exp: clock.timeMs / 1000 + 300,
    });
  });

  test("uses the owner's address when no audience is asked for, and a new jti each time", async () => {
    const { index } = await testIndex();
    const environment = index.gitHubEnvironment();
    const headers = { authorization: `Bearer ${environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}` };
    const url = environment['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '';
    const first = (await (await fetch(url, { headers })).json()) as { value: string; count: number };
    const second = (await (await fetch(url, { headers })).json()) as { value: string };
    expect(first.count).toBe(first.value.length);
    expect(decodeJwt(first.value).aud).toBe('https://github.com/octo');
    expect(decodeJwt(first.value).jti).not.toBe(decodeJwt(second.value).jti);
  });
});

describe('the audience', () => {
  test('is `pypi` unless another one was chosen, and 403 while trusted publishing is off', async () => {
    const { index } = await testIndex();
    expect(await (await fetch(`${index.url}/_/oidc/audience`)).json()).toEqual({ audience: 'pypi' });
    index.control.setFlag('disallow-oidc');
    const refused = await fetch(`${index.url}/_/oidc/audience`);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({ message: 'Trusted publishing functionality not enabled' });
    const { index: other } = await testIndex({ audience: 'internal' });
    expect(await (await fetch(`${other.url}/_/oidc/audience`)).json()).toEqual({ audience: 'internal' });
    expect((await mint(other, await identityToken(other.gitHubEnvironment()))).body.errors?.[0]?.code).toBe(
      'invalid-token',
    );
  });
});

describe('minting', () => {
  test("answers a macaroon for the publisher's projects that lives 15 minutes", async () => {
    const { index, clock } = await testIndex();
    const response = await fetch(`${index.url}/_/oidc/mint-token`, {
      method: 'POST',
      body: JSON.stringify({ token: await identityToken(index.gitHubEnvironment()) }),
    });
    expect(response.headers.get('content-type')).toBe('application/json');
    const body = (await response.json()) as { token: string; expires: number; success: boolean };
    const seconds = clock.timeMs / 1000;
    expect(body).toMatchObject({ success: true, expires: seconds + 900 });
    const macaroon = deserializeMacaroon(body.token);
    const caveats = macaroon?.caveats.map((text) => JSON.parse(text) as unknown);
    expect(macaroon?.location).toBe(new URL(index.url).host);
    expect(caveats).toEqual([
      [4, expect.any(String), null],
      [2, [expect.any(String)]],
      [0, seconds + 900, seconds],
    ]);
  });

  test('takes an identity token once', async () => {
    const { index } = await testIndex();
    const identity = await identityToken(index.gitHubEnvironment());
    expect((await mint(index, identity)).status).toBe(200);
    expect(await mint(index, identity)).toMatchObject({
      status: 422,
      body: {
        message: 'Token request failed',
        errors: [{ code: 'invalid-reuse-token', description: 'invalid token: already used' }],
      },
    });
  });

  test('allows 30 seconds of leeway after expiry', async () => {
    const { index, clock } = await testIndex();
    const environment = index.gitHubEnvironment();
    const [first, second] = [await identityToken(environment), await identityToken(environment)];
    clock.advance(329);
    expect((await mint(index, first)).status).toBe(200);
    clock.advance(2);
    expect((await mint(index, second)).body.errors).toEqual([
      { code: 'invalid-token', description: 'malformed or invalid token' },
    ]);
  });

  test.each([
    ['another repository', { repository: 'octo/other' }, 'Publisher with matching claims was not found'],
    ['other letter case', { repository: 'octo/Demo' }, 'Publisher with matching claims was not found'],
    ['another owner id', { ownerId: '1' }, 'Publisher with matching claims was not found'],
    ['another workflow', { workflowFilename: 'ci.yml' }, 'Publisher with matching claims was not found'],
    [
      'a called workflow of another repository',
      { jobWorkflowRef: 'octo/shared/.github/workflows/release.yml@refs/heads/main' },
      'The job_workflow_ref claim does not match, expecting one of',
    ],
    [
      'pull_request_target',
      { eventName: 'pull_request_target' },
      "Publishing from a workflow invoked via 'pull_request_target' is not supported.",
    ],
  ])('refuses a job with %s', async (_name, job, reason) => {
    const { index } = await testIndex();
    const { status, body } = await mint(index, await identityToken(index.gitHubEnvironment(job)));
    expect(status).toBe(422);
    expect(body.errors?.[0]?.code).toBe('invalid-publisher');
    expect(body.errors?.[0]?.description).toContain(`valid token, but no corresponding publisher (${reason}`);
  });

  test("prefers the publisher for the job's environment, whose projects alone the token serves", async () => {
    const { index } = await testIndex({
      publishers: [releasePublisher, { ...releasePublisher, environment: 'pypi', projects: ['beta'] }],
    });
    const token = async (environment: string) =>
      (await mint(index, await identityToken(index.gitHubEnvironment({ environment })))).body.token ?? '';
    const anyEnvironment = await token('');
    const named = await token('PyPI');
    expect((await upload(index, anyEnvironment, sdist('alpha', '1.0'))).status).toBe(200);
    expect((await upload(index, named, sdist('beta', '1.0'))).status).toBe(200);
    const refused = await upload(index, named, sdist('alpha', '2.0'));
    expect(refused.code).toContain("Invalid API Token: OIDC scoped token is not valid for project 'alpha'");
  });

  test.each([
    ['no JSON', 'nope', '1 validation error for TokenPayload'],
    ['no member `token`', '{}', '1 validation error for TokenPayload'],
    ['a token that is no JWT', '{"token": "abc"}', 'malformed JWT'],
  ])('refuses a body with %s', async (_name, body, description) => {
    const { index } = await testIndex();
    const response = await fetch(`${index.url}/_/oidc/mint-token`, { method: 'POST', body });
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { code: string; description: string }[] };
    expect(errors[0]?.code).toBe('invalid-payload');
    expect(errors[0]?.description).toContain(description);
  });

  test('refuses a token that another index signed', async () => {
    const { index } = await testIndex();
    const { index: other } = await testIndex();
    const { body } = await mint(index, await identityToken(other.gitHubEnvironment()));
    expect(body.errors?.[0]?.code).toBe('invalid-token');
  });
});

describe('a pending publisher', () => {
  const pending = { ...releasePublisher, projects: [], pending: ['New_Project'] };

  test('creates its project at the first mint and is a normal one from then on', async () => {
    const { index } = await testIndex({ publishers: [pending] });
    const environment = index.gitHubEnvironment();
    expect((await fetch(`${index.simpleUrl}new-project/`)).status).toBe(404);
    const first = await mint(index, await identityToken(environment));
    expect(first.status).toBe(200);
    expect((await fetch(`${index.simpleUrl}new-project/`)).status).toBe(200);
    expect(index.control.pendingCount()).toBe(0);
    expect((await upload(index, first.body.token ?? '', sdist('new-project', '1.0'))).status).toBe(200);
    expect((await mint(index, await identityToken(environment))).status).toBe(200);
  });

  test('does not help an upload under another name', async () => {
    const { index } = await testIndex({ publishers: [pending] });
    const { body } = await mint(index, await identityToken(index.gitHubEnvironment()));
    const refused = await upload(index, body.token ?? '', sdist('other-name', '1.0'));
    expect(refused.status).toBe(400);
    expect(refused.code).toContain('400 Non-user identities cannot create new projects.');
  });

  test('is deleted when its project exists by now', async () => {
    const { index } = await testIndex({ publishers: [releasePublisher, { ...pending, pending: ['alpha'] }] });
    const environment = index.gitHubEnvironment();
    expect((await mint(index, await identityToken(environment))).body.errors?.[0]?.code).toBe(
      'invalid-pending-publisher',
    );
    expect((await mint(index, await identityToken(environment))).status).toBe(200);
  });

  test('joins the projects of a normal publisher with the same configuration', async () => {
    const { index } = await testIndex({ publishers: [{ ...releasePublisher, pending: ['gamma'] }] });
    const token = await mintedToken(index);
    expect((await upload(index, token, sdist('alpha', '1.0'))).status).toBe(200);
    expect((await upload(index, token, sdist('gamma', '1.0'))).status).toBe(200);
  });

  test('is kept when its name is refused', async () => {
    const { index } = await testIndex({ publishers: [{ ...pending, pending: ['json'] }] });
    const { body } = await mint(index, await identityToken(index.gitHubEnvironment()));
    expect(body.errors?.[0]).toMatchObject({ code: 'invalid-payload' });
    expect(body.errors?.[0]?.description).toContain('Standard Library module name');
    expect(index.control.pendingCount()).toBe(1);
  });
});

describe('burning', () => {
  test("ends a token's life and tells nothing", async () => {
    const { index } = await testIndex();
    const token = await mintedToken(index);
    const burn = (body: string) => fetch(`${index.url}/_/oidc/burn-token`, { method: 'POST', body });
    const answer = await burn(JSON.stringify({ token }));
    expect(answer.status).toBe(202);
    expect(await answer.text()).toBe('');
    expect((await burn(JSON.stringify({ token: 'pypi-nothing' }))).status).toBe(202);
    const refused = await upload(index, token, sdist('alpha', '1.0'));
    expect(refused.code).toContain('403 Invalid or non-existent authentication information');
  });
});

describe('an exchange as a whole', () => {
  const pending = { ...releasePublisher, projects: [], pending: ['New_Proj'] };

  test('in read-only mode it succeeds and changes nothing', async () => {
    const { index } = await testIndex({ publishers: [pending] });
    index.control.setFlag('read-only');
    const identity = await identityToken(index.gitHubEnvironment());
    expect((await mint(index, identity)).status).toBe(200);
    expect(index.control.projectNames()).toEqual([]);
    expect(index.control.pendingCount()).toBe(1);
    expect(index.control.publishers()).toEqual([]);
    // The identity token is spent all the same; as it still fits a pending publisher, PyPI would crash here.
    index.control.setFlag('read-only', false);
    expect((await mint(index, identity)).status).toBe(422);
    expect(index.control.pendingCount()).toBe(1);
  });
});
