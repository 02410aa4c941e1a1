import { expect, test } from 'vitest';
import { normalized, runCli } from '../support/cli.ts';
import { localIndexFor, requestLines } from '../support/local-index.ts';

test('shows the claims that count and what to enter for them', async () => {
  const index = await localIndexFor(['demo']);
  const { exitCode, stdout, stderr } = await runCli(['whoami', '--repository-url', index.uploadUrl], {
    env: index.gitHubEnvironment({ environment: 'PyPI' }),
  });
  expect(normalized(stdout)).toMatchInlineSnapshot(`
    "Identity  GitHub Actions (\`GITHUB_ACTIONS\` is \`true\`)
    Issuer    https://token.actions.githubusercontent.com
    Audience  pypi
    Good for  5 min

    What the index matches on
      repository           octo/demo
      repository_owner     octo
      repository_owner_id  4242
      job_workflow_ref     octo/demo/.github/workflows/release.yml@refs/heads/main
      environment          PyPI
      event_name           push
      ref                  refs/heads/main
      sha                  0123456789abcdef0123456789abcdef01234567

    What to enter as trusted publisher (GitHub)
      Owner             octo
      Repository name   demo
      Workflow name     release.yml
      Environment name  pypi
    "
  `);
  expect(normalized(stderr)).toMatchInlineSnapshot(`
    "detect       GitHub Actions: \`GITHUB_ACTIONS\` is \`true\`
    audience     \`pypi\` (asked from 127.0.0.1:PORT)
    "
  `);
  expect(exitCode).toBe(0);
});

test('never mints', async () => {
  const index = await localIndexFor(['demo']);
  await runCli(['whoami', '--all', '--repository-url', index.uploadUrl], { env: index.gitHubEnvironment() });
  expect(requestLines(index)).toEqual(['GET /_/oidc/audience 200', 'GET /_ci/github/idtoken 200']);
});

test('shows the page of PyPI with the form filled in, even when PyPI cannot be reached', async () => {
  const index = await localIndexFor(['demo']);
  // Nothing listens on port 9: the question for the audience fails at once.
  const env = { ...index.gitHubEnvironment({ environment: 'release' }), HTTPS_PROXY: 'http://127.0.0.1:9' };
  const { exitCode, stdout, stderr } = await runCli(['whoami', '-r', 'testpypi'], { env });
  expect(stderr).toContain('The identity is shown all the same');
  expect(stdout).toContain('testpypi (assumed: the index was not reached)');
  expect(stdout).toContain(
    'https://test.pypi.org/manage/project/PROJECT/settings/publishing/?provider=github&owner=octo&repository=demo&workflow_filename=release.yml&environment=release',
  );
  expect(exitCode).toBe(0);
});

test('warns of a workflow that PyPI will refuse', async () => {
  const index = await localIndexFor(['demo']);
  const env = { ...index.gitHubEnvironment({ eventName: 'pull_request_target' }), HTTPS_PROXY: 'http://127.0.0.1:9' };
  const { stdout } = await runCli(['whoami'], { env });
  expect(stdout).toContain(
    'PyPI refuses this: PyPI refuses to publish from a workflow started by `pull_request_target`.',
  );
});

test('has the claims as JSON', async () => {
  const index = await localIndexFor(['demo']);
  const { stdout } = await runCli(['whoami', '--json', '--all', '--repository-url', index.uploadUrl], {
    env: index.gitHubEnvironment(),
  });
  expect(JSON.parse(stdout)).toMatchObject({
    command: 'whoami',
    ok: true,
    issuer: 'https://token.actions.githubusercontent.com',
    audience: { value: 'pypi', source: 'index' },
    claims: { repository: 'octo/demo', environment: null, event_name: 'push', aud: 'pypi' },
  });
});
