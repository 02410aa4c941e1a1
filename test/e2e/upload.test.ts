import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { normalized, runCli } from '../support/cli.ts';
import { buildSdist, buildWheel, temporaryDirectory, writeTo } from '../support/distributions.ts';
import { localIndexFor, requestLines } from '../support/local-index.ts';

/** A wheel and an sdist of `demo 1.0` in a directory of their own. */
async function demoFiles(): Promise<{ directory: string; wheel: string; sdist: string }> {
  const directory = await temporaryDirectory();
  const wheel = await buildWheel({ filename: 'demo-1.0-py3-none-any.whl', directory });
  const sdist = await buildSdist({ filename: 'demo-1.0.tar.gz', directory });
  return { directory, wheel, sdist };
}

test('publishes a wheel and an sdist as the trusted publisher of a GitHub job', async () => {
  const index = await localIndexFor(['demo']);
  const { directory } = await demoFiles();
  const { exitCode, stdout, stderr } = await runCli(['upload', '--repository-url', index.uploadUrl, '*'], {
    env: index.gitHubEnvironment(),
    cwd: directory,
  });
  expect(normalized(stderr)).toMatchInlineSnapshot(`
    "detect       GitHub Actions: \`GITHUB_ACTIONS\` is \`true\`
    authenticate trusted publishing: this GitHub Actions job has an identity
    audience     \`pypi\` (asked from 127.0.0.1:PORT)
    check        2 files: names agree with the metadata inside
    identity     token for \`repo:octo/demo:ref:refs/heads/main\`, good for 5 min
    mint         an API token of 127.0.0.1:PORT, good for 15 min
    upload       demo-1.0-py3-none-any.whl  N B  uploaded in N ms
    upload       demo-1.0.tar.gz  N B  uploaded in N ms
    "
  `);
  expect(normalized(stdout)).toMatchInlineSnapshot(`
    "2 files uploaded to 127.0.0.1:PORT.
    "
  `);
  expect(exitCode).toBe(0);
  expect(requestLines(index)).toEqual([
    'GET /_/oidc/audience 200',
    'GET /_ci/github/idtoken 200',
    'POST /_/oidc/mint-token 200',
    'POST /legacy/ 200',
    'POST /legacy/ 200',
    'POST /_/oidc/burn-token 202',
  ]);
});

test('sends the form that PyPI documents, derived from the file', async () => {
  const index = await localIndexFor(['demo']);
  const { wheel } = await demoFiles();
  await runCli(['upload', '--repository-url', index.uploadUrl, wheel], { env: index.gitHubEnvironment() });
  const upload = index.requests.find(({ path }) => path === '/legacy/');
  const sha256 = createHash('sha256')
    .update(await readFile(wheel))
    .digest('hex');
  expect(upload?.authentication).toBe('basic');
  expect(upload?.accept).toBe('application/json');
  expect(upload?.upload?.filename).toBe('demo-1.0-py3-none-any.whl');
  expect(Object.fromEntries(upload?.upload?.fields ?? [])).toEqual({
    ':action': 'file_upload',
    protocol_version: '1',
    metadata_version: '2.1',
    name: 'demo',
    version: '1.0',
    filetype: 'bdist_wheel',
    pyversion: 'py3',
    sha256_digest: sha256,
    blake2_256_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('serves what was uploaded byte for byte', async () => {
  const index = await localIndexFor(['demo']);
  const { sdist } = await demoFiles();
  await runCli(['upload', '--repository-url', index.uploadUrl, sdist], { env: index.gitHubEnvironment() });
  const page = await fetch(`${index.simpleUrl}demo/`, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
  const { files } = (await page.json()) as { files: { url: string; hashes: { sha256: string } }[] };
  const served = await fetch(new URL(files[0]?.url ?? '', page.url));
  expect(Buffer.from(await served.arrayBuffer()).equals(await readFile(sdist))).toBe(true);
});

test('is safe to run again: identical files are accepted a second time', async () => {
  const index = await localIndexFor(['demo']);
  const { wheel, sdist } = await demoFiles();
  const args = ['upload', '--repository-url', index.uploadUrl, sdist, wheel];
  expect((await runCli(args, { env: index.gitHubEnvironment() })).exitCode).toBe(0);
  expect((await runCli(args, { env: index.gitHubEnvironment() })).exitCode).toBe(0);
});

test('a dry run prints the plan and mints nothing', async () => {
  const index = await localIndexFor(['demo']);
  const { directory } = await demoFiles();
  const { exitCode, stdout } = await runCli(['upload', '--dry-run', '--repository-url', index.uploadUrl, 'demo*'], {
    env: index.gitHubEnvironment(),
    cwd: directory,
  });
  expect(normalized(stdout)).toMatchInlineSnapshot(`
    "Would upload 2 files (N B) to 127.0.0.1:PORT, in this order:
      demo-1.0-py3-none-any.whl  N B  sha256 SHA256
      demo-1.0.tar.gz  N B  sha256 SHA256
    Would authenticate by trusted publishing: this GitHub Actions job has an identity.
    Nothing was minted, nothing was sent.
    "
  `);
  expect(exitCode).toBe(0);
  expect(requestLines(index)).toEqual(['GET /_/oidc/audience 200', 'GET /_ci/github/idtoken 200']);
});

test('files that are no distributions are ignored when a pattern brings them along', async () => {
  const index = await localIndexFor(['demo']);
  const { directory, wheel } = await demoFiles();
  await writeTo({ directory, filename: 'demo-1.0-py3-none-any.whl.asc' }, 'x');
  const { exitCode, stderr } = await runCli(['upload', '--repository-url', index.uploadUrl, '*.whl*', wheel], {
    env: index.gitHubEnvironment(),
    cwd: directory,
  });
  expect(stderr).toContain('ignored demo-1.0-py3-none-any.whl.asc: a signature');
  expect(exitCode).toBe(0);
  expect(requestLines(index).filter((line) => line.startsWith('POST /legacy/'))).toHaveLength(1);
});

describe('when a file cannot go', () => {
  test('a refused file does not keep the others back, and the summary names it', async () => {
    const index = await localIndexFor(['demo']);
    const { directory, wheel } = await demoFiles();
    await runCli(['upload', '--repository-url', index.uploadUrl, wheel], { env: index.gitHubEnvironment() });
    await buildWheel({ filename: 'demo-1.0-py3-none-any.whl', directory, members: { 'demo.py': 'changed' } });
    const { exitCode, stdout, stderr } = await runCli(['upload', '--repository-url', index.uploadUrl, 'demo*'], {
      env: index.gitHubEnvironment(),
      cwd: directory,
    });
    expect(stderr).toContain('File already exists');
    expect(stderr).toContain('raise the version');
    expect(normalized(stdout)).toMatchInlineSnapshot(`
      "1 of 2 files uploaded to 127.0.0.1:PORT:
        refused       demo-1.0-py3-none-any.whl
        uploaded      demo-1.0.tar.gz
      Correct the cause, then run the same command again: files that are up are recognised.
      "
    `);
    expect(exitCode).toBe(6);
  });

  test('a publisher that does not match is explained with the values to enter', async () => {
    const index = await localIndexFor(['demo'], { publishers: [] });
    const { wheel } = await demoFiles();
    const { exitCode, stdout, stderr } = await runCli(['upload', '--repository-url', index.uploadUrl, wheel], {
      env: index.gitHubEnvironment({ repository: 'octo/other', environment: 'PyPI' }),
    });
    expect(normalized(stderr)).toMatchInlineSnapshot(`
      "detect       GitHub Actions: \`GITHUB_ACTIONS\` is \`true\`
      authenticate trusted publishing: this GitHub Actions job has an identity
      audience     \`pypi\` (asked from 127.0.0.1:PORT)
      check        1 file: names agree with the metadata inside
      identity     token for \`repo:octo/other:environment:PyPI\`, good for 5 min
      note         Nothing was uploaded.
      ::error title=pypi-oidc::127.0.0.1:PORT did not exchange the identity token: valid token, but no corresponding publisher (Publisher with matching claims was not found) (\`invalid-publisher\`). 127.0.0.1:PORT knows no trusted publisher for this job. It must have exactly these values (GitHub):%0A%0A    Owner             octo%0A    Repository name   other%0A    Workflow name     release.yml%0A    Environment name  pypi%0A%0AEnter them here, pre-filled for a project that exists:%0A    http://127.0.0.1:PORT/manage/project/demo/settings/publishing/?provider=github&owner=octo&repository=other&workflow_filename=release.yml&environment=pypi%0Aor, for a project that does not exist yet, here:%0A    http://127.0.0.1:PORT/manage/account/publishing/%0A%0AIf the page shows these values already: compare letter case, the workflow’s file name (not its title), the environment,%0Aand whether the publisher was entered on PyPI or on TestPyPI.
      error: 127.0.0.1:PORT did not exchange the identity token: valid token, but no corresponding publisher (Publisher with matching claims was not found) (\`invalid-publisher\`).
        127.0.0.1:PORT knows no trusted publisher for this job. It must have exactly these values (GitHub):

            Owner             octo
            Repository name   other
            Workflow name     release.yml
            Environment name  pypi

        Enter them here, pre-filled for a project that exists:
            http://127.0.0.1:PORT/manage/project/demo/settings/publishing/?provider=github&owner=octo&repository=other&workflow_filename=release.yml&environment=pypi
        or, for a project that does not exist yet, here:
            http://127.0.0.1:PORT/manage/account/publishing/

        If the page shows these values already: compare letter case, the workflow’s file name (not its title), the environment,
        and whether the publisher was entered on PyPI or on TestPyPI.
      "
    `);
    expect(stdout).toBe('');
    expect(exitCode).toBe(4);
  });

  test('a mint that failed after spending the token is tried with a fresh one', async () => {
    const index = await localIndexFor(['demo']);
    index.setFaults([{ route: 'mint', kind: 'answer', status: 503, body: 'json', times: 1 }]);
    const { wheel } = await demoFiles();
    const { exitCode } = await runCli(['upload', '--repository-url', index.uploadUrl, wheel], {
      env: index.gitHubEnvironment(),
    });
    expect(exitCode).toBe(0);
    expect(requestLines(index).filter((line) => line.includes('idtoken'))).toHaveLength(2);
  });

  test('a token that expires in the middle is replaced', async () => {
    const index = await localIndexFor(['demo']);
    index.setFaults([{ route: 'upload', kind: 'expired-token', times: 1 }]);
    const { directory } = await demoFiles();
    const { exitCode, stderr } = await runCli(['upload', '--repository-url', index.uploadUrl, 'demo*'], {
      env: index.gitHubEnvironment(),
      cwd: directory,
    });
    expect(stderr).toContain('another API token');
    expect(exitCode).toBe(0);
    expect(requestLines(index).filter((line) => line.includes('mint-token'))).toHaveLength(2);
  });

  test('a broken connection is tried again, and a line says what is waited for', async () => {
    const index = await localIndexFor(['demo']);
    index.setFaults([{ route: 'upload', kind: 'reset', when: 'body', times: 1 }]);
    const { wheel } = await demoFiles();
    const { exitCode, stderr } = await runCli(['upload', '--repository-url', index.uploadUrl, wheel], {
      env: index.gitHubEnvironment(),
    });
    expect(stderr).toMatch(/retry +demo-1\.0-py3-none-any\.whl: .* Waiting \d+ ms, then attempt 2 of 6\./);
    expect(exitCode).toBe(0);
  });
});

test('stops at SIGINT, says what is not up, and gives its token back', async () => {
  const index = await localIndexFor(['demo']);
  index.setFaults([{ route: 'upload', kind: 'delay', milliseconds: 30_000 }]);
  const { directory } = await demoFiles();
  const { exitCode, stdout } = await runCli(['upload', '--repository-url', index.uploadUrl, 'demo*'], {
    env: index.gitHubEnvironment(),
    cwd: directory,
    onStart: (process) => {
      void process.untilStderr('mint ').then(() => setTimeout(() => process.kill('SIGINT'), 300));
    },
  });
  expect(stdout).toContain('0 of 2 files uploaded');
  expect(stdout).toContain('not attempted demo-1.0.tar.gz');
  expect(exitCode).toBe(130);
  expect(requestLines(index)).toContain('POST /_/oidc/burn-token 202');
});
