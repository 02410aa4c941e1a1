import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CiName, PlatformName } from '../../src/local-index/jobs/platforms.ts';
import { standInFor } from '../../src/local-index/jobs/stand-ins.ts';
import type { Publisher } from '../../src/local-index/publishers.ts';
import type { LocalIndex } from '../../src/local-index/server.ts';
import { mint, releasePublisher, sdist, testIndex, upload } from './support.ts';

const gitLabPublisher: Publisher = {
  provider: 'gitlab',
  namespace: 'group/sub',
  project: 'demo',
  workflow_filepath: 'ci/release.yml',
  environment: 'production',
  projects: ['alpha'],
};
const ownGitLab: Publisher = { ...gitLabPublisher, issuer_url: 'https://gitlab.example.org', projects: ['beta'] };
const googlePublisher: Publisher = {
  provider: 'google',
  email: 'robot@demo.iam.gserviceaccount.com',
  sub: '111122223333444455556',
  projects: ['alpha'],
};
const activeStatePublisher: Publisher = {
  provider: 'activestate',
  organization: 'octo',
  project: 'demo',
  actor_id: '00000000-0000-4000-8000-000000000009',
  projects: ['alpha'],
};

async function refusal(index: LocalIndex, identity: string): Promise<string | undefined> {
  const { body } = await mint(index, identity);
  const [error] = body.errors ?? [];
  return error === undefined ? undefined : `${error.code}: ${error.description}`;
}

describe('an identity of', () => {
  test.each<[PlatformName, Publisher, string]>([
    ['github', releasePublisher, 'https://token.actions.githubusercontent.com'],
    ['gitlab', gitLabPublisher, 'https://gitlab.com'],
    ['gitlab', { ...ownGitLab, projects: ['alpha'] }, 'https://gitlab.example.org'],
    ['google', googlePublisher, 'https://accounts.google.com'],
    ['activestate', activeStatePublisher, 'https://platform.activestate.com/api/v1/oauth/oidc'],
  ])('%s is exchanged for a token of its publisher', async (platform, publisher, issuer) => {
    const { index } = await testIndex({ publishers: [publisher] });
    const identity = await index.identityToken(platform);
    expect(decodeJwt(identity)).toMatchObject({ iss: issuer, aud: 'pypi' });
    const { status, body } = await mint(index, identity);
    expect(status, JSON.stringify(body)).toBe(200);
    expect((await upload(index, body.token ?? '', sdist('alpha', '1.0'))).status).toBe(200);
  });

  test.each<[PlatformName, string]>([
    ['circleci', 'https://oidc.circleci.com'],
    ['buildkite', 'https://agent.buildkite.com'],
  ])('%s is refused, as PyPI does not know its issuer', async (platform, issuer) => {
    const { index } = await testIndex();
    const identity = await index.identityToken(platform);
    expect(decodeJwt(identity)).toMatchObject({ iss: issuer, aud: 'pypi' });
    expect(await refusal(index, identity)).toBe('invalid-payload: unknown trusted publishing issuer');
  });

  test('an instance of GitLab that no publisher names is refused', async () => {
    const { index } = await testIndex({ publishers: [gitLabPublisher] });
    const identity = await index.identityToken('gitlab', { issuer: 'https://gitlab.example.org' });
    expect(await refusal(index, identity)).toBe('invalid-payload: unknown trusted publishing issuer');
  });

  test('one GitLab is not taken for another with the same project', async () => {
    const { index } = await testIndex({ publishers: [gitLabPublisher, ownGitLab] });
    const { body } = await mint(index, await index.identityToken('gitlab', { issuer: 'https://gitlab.example.org' }));
    const token = body.token ?? '';
    expect((await upload(index, token, sdist('beta', '1.0'))).status).toBe(200);
    expect((await upload(index, token, sdist('alpha', '1.0'))).status).toBe(403);
  });

  test('google can be exchanged again; the others only once', async () => {
    const publishers = [googlePublisher, gitLabPublisher, activeStatePublisher];
    const { index } = await testIndex({ publishers });
    for (const platform of ['google', 'gitlab', 'activestate'] as const) {
      const identity = await index.identityToken(platform);
      expect(await refusal(index, identity)).toBeUndefined();
      const expected = platform === 'google' ? undefined : 'invalid-reuse-token: invalid token: already used';
      expect(await refusal(index, identity)).toBe(expected);
    }
  });

  test.each([
    ['github', 'https://token.actions.githubusercontent.com'],
    ['gitlab', 'https://gitlab.com'],
    ['google', 'https://accounts.google.com'],
    ['activestate', 'https://platform.activestate.com/api/v1/oauth/oidc'],
    ['circleci', 'https://oidc.circleci.com'],
    ['buildkite', 'https://agent.buildkite.com'],
    ['gitlab.example.org', 'https://gitlab.example.org'],
  ])('%s can be verified with the documents of its issuer', async (name, issuer) => {
    const { index, clock } = await testIndex({ publishers: [ownGitLab] });
    const base = `${index.url}/_issuers/${name}`;
    const discovery = (await (await fetch(`${base}/.well-known/openid-configuration`)).json()) as { jwks_uri: string };
    expect(discovery).toMatchObject({ issuer, id_token_signing_alg_values_supported: ['RS256'] });
    const platform = (name === 'gitlab.example.org' ? 'gitlab' : name) as PlatformName;
    const identity = await index.identityToken(platform, name === 'gitlab' ? { issuer } : {});
    const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
    const options = { issuer, audience: 'pypi', currentDate: new Date(clock.timeMs), algorithms: ['RS256'] };
    await expect(jwtVerify(identity, keys, options)).resolves.toBeDefined();
  });

  test('an issuer that is not simulated has no documents', async () => {
    const { index } = await testIndex();
    expect((await fetch(`${index.url}/_issuers/elsewhere/jwks`)).status).toBe(404);
    expect((await fetch(`${index.url}/_issuers/github/other`)).status).toBe(404);
  });
});

describe('a GitLab job', () => {
  test('has one token, in the variable that tools look for, good for the life of the job', async () => {
    const { index, clock } = await testIndex({ publishers: [gitLabPublisher] });
    const environment = await index.jobEnvironment('gitlab', { timeoutSeconds: 3600 });
    expect(environment).toMatchObject({
      GITLAB_CI: 'true',
      CI_PROJECT_PATH: 'group/sub/demo',
      CI_CONFIG_PATH: 'ci/release.yml',
      CI_ENVIRONMENT_NAME: 'production',
      CI_SERVER_URL: 'https://gitlab.com',
    });
    const token = environment['PYPI_ID_TOKEN'] ?? '';
    expect(decodeJwt(token)).toMatchObject({
      ci_config_ref_uri: 'gitlab.com/group/sub/demo//ci/release.yml@refs/heads/main',
      sub: 'project_path:group/sub/demo:ref_type:branch:ref:main',
      exp: clock.timeMs / 1000 + 3600,
    });
    clock.advance(3500);
    expect(await refusal(index, token)).toBeUndefined();
    expect(await refusal(index, token)).toMatch(/^invalid-reuse-token/);
    const next = (await index.jobEnvironment('gitlab'))['PYPI_ID_TOKEN'] ?? '';
    clock.advance(3700);
    expect(await refusal(index, next)).toMatch(/^invalid-token/);
  });

  test('names the variable after the audience', async () => {
    const { index } = await testIndex({ audience: '1-own.index' });
    expect(Object.keys(await index.jobEnvironment('gitlab'))).toContain('__OWN_INDEX_ID_TOKEN');
  });
});

describe('a Google machine', () => {
  const path = '/computeMetadata/v1/instance/service-accounts';
  const flavor = { 'metadata-flavor': 'Google' };

  test('gets its token from the metadata server', async () => {
    const { index } = await testIndex({ publishers: [googlePublisher] });
    const { GCE_METADATA_HOST: host } = await index.jobEnvironment('google');
    const ask = (query: string) => fetch(`http://${host}${path}/default/identity?${query}`, { headers: flavor });
    const full = await ask('audience=pypi&format=full');
    expect(full.headers.get('metadata-flavor')).toBe('Google');
    const token = await full.text();
    expect(decodeJwt(token)).toMatchObject({ email: googlePublisher.email, email_verified: true });
    expect(await refusal(index, token)).toBeUndefined();
    expect(await refusal(index, await (await ask('audience=pypi')).text())).toBe(
      "invalid-publisher: valid token, but no corresponding publisher (Missing claim 'email')",
    );
    expect((await ask('format=full')).status).toBe(400);
    expect(index.requests.at(-1)?.path).toBe(`${path}/default/identity`);
  });

  test('the metadata server insists on its header, and answers who asks whether it is one', async () => {
    const { index } = await testIndex({ publishers: [googlePublisher] });
    const get = async (target: string, headers: Record<string, string>) => {
      const response = await fetch(index.url + target, { headers });
      return [response.status, await response.text()];
    };
    expect((await get(`${path}/default/identity?audience=pypi`, {}))[0]).toBe(403);
    expect((await get(`${path}/default/email`, { ...flavor, 'x-forwarded-for': '10.0.0.1' }))[0]).toBe(403);
    expect(await get(`${path}/default/email`, flavor)).toEqual([200, googlePublisher.email]);
    expect(await get(`${path}/${googlePublisher.email}/email`, flavor)).toEqual([200, googlePublisher.email]);
    // google-auth for Python asks this first.
    expect(await get(`${path}/default/?recursive=true`, flavor)).toEqual([
      200,
      expect.stringContaining(`"email": "${googlePublisher.email}"`),
    ]);
    expect((await get(`${path}/other/email`, flavor))[0]).toBe(404);
    expect((await get('/computeMetadata/v1/instance/disks', flavor))[0]).toBe(404);
    expect((await fetch(`${index.url}/`, { headers: flavor })).headers.get('metadata-flavor')).toBe('Google');
    expect((await fetch(`${index.url}/`)).headers.get('metadata-flavor')).toBeNull();
  });
});

describe.each<[CiName, readonly string[], string]>([
  ['circleci', ['run', 'oidc', 'get', '--claims', '{"aud": "pypi"}', '--root-issuer'], 'https://oidc.circleci.com'],
  ['circleci', ['run', 'oidc', 'get'], 'https://oidc.circleci.com/org/00000000-2000-8000-8000-000000000001'],
  ['buildkite', ['oidc', 'request-token', '--audience', 'pypi'], 'https://agent.buildkite.com'],
  ['buildkite', ['oidc', 'request-token', '--audience=pypi'], 'https://agent.buildkite.com'],
])('the program that stands in on %s, called with %j', (ci, args, issuer) => {
  async function run(changes: Record<string, string>, given: readonly string[] = args) {
    const { index } = await testIndex();
    const folder = await mkdtemp(join(tmpdir(), 'pypi-oidc-stand-in-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const script = join(folder, 'program.cjs');
    await writeFile(script, standInFor(ci)?.source ?? '');
    const env = { ...(await index.jobEnvironment(ci)), ...changes };
    return await promisify(execFile)(process.execPath, [script, ...given], { env });
  }

  test('prints a token', async () => {
    const { stdout } = await run({});
    expect(decodeJwt(stdout.trim())).toMatchObject({ iss: issuer });
  });

  test('says why it has none', async () => {
    await expect(
      run({ SIMULATED_CIRCLECI_TOKEN: 'wrong', BUILDKITE_AGENT_ACCESS_TOKEN: 'wrong' }),
    ).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('answered 401') });
    await expect(run({}, ['version'])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is simulated'),
    });
  });
});

test('the right to ask on one platform is none on another', async () => {
  const { index } = await testIndex();
  const { BUILDKITE_AGENT_ACCESS_TOKEN: secret } = await index.jobEnvironment('buildkite');
  const response = await fetch(`${index.url}/_ci/github/idtoken?audience=pypi`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  expect(response.status).toBe(401);
  expect((await fetch(`${index.url}/_ci/elsewhere`)).status).toBe(404);
  expect(JSON.stringify(index.requests)).not.toContain(secret);
});
