import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { normalized, type RunningProcess, type RunResult, runCli } from '../support/cli.ts';
import { buildSdist, buildWheel, temporaryDirectory } from '../support/distributions.ts';

interface Serving {
  readonly url: string;
  readonly uploadUrl: string;
  readonly simpleUrl: string;
  readonly ci: string;
  readonly environment: Record<string, string>;
  readonly pathDirectory?: string;
  readonly certificateAuthority?: string;
}

/** Run `serve --json` while `use` works with it; resolves to how it ended. */
async function whileServing(
  args: readonly string[],
  use: (serving: Serving) => Promise<void>,
  cwd: string,
): Promise<RunResult> {
  const started: RunningProcess[] = [];
  const ended = runCli(['serve', '--port', '0', '--json', ...args], {
    cwd,
    onStart: (process) => started.push(process),
  });
  const [process] = started;
  if (process === undefined) throw new Error('`serve` did not start');
  // The document is complete with the brace at the start of a line.
  await Promise.race([process.untilStdout('\n}\n'), ended]);
  try {
    await use(JSON.parse(process.outputSoFar().stdout) as Serving);
  } finally {
    process.kill('SIGTERM');
  }
  return ended;
}

async function mint(url: string, token: string | undefined): Promise<unknown> {
  const response = await fetch(`${url}/_/oidc/mint-token`, { method: 'POST', body: JSON.stringify({ token }) });
  return await response.json();
}

test('other shells can publish to it as a simulated GitHub job, any project when none was named', async () => {
  const directory = await temporaryDirectory();
  const wheel = await buildWheel({ filename: 'anything-1.0-py3-none-any.whl', directory });
  const { exitCode, stderr } = await whileServing(
    [],
    async ({ uploadUrl, simpleUrl, environment }) => {
      const upload = await runCli(['upload', '--repository-url', uploadUrl, wheel], { env: environment });
      expect(upload.exitCode).toBe(0);
      expect(await (await fetch(`${simpleUrl}anything/`)).text()).toContain('anything-1.0-py3-none-any.whl');
    },
    directory,
  );
  expect(exitCode).toBe(0);
  expect(normalized(stderr)).toMatchInlineSnapshot(`
    "200  GET /_/oidc/audience
    200  GET /_ci/github/idtoken
    200  POST /_/oidc/mint-token
    200  POST /legacy/
    202  POST /_/oidc/burn-token
    200  GET /simple/anything/
    note         Stopped after 6 requests. What was uploaded is gone.
    "
  `);
});

test('with named projects it answers as PyPI does for others', async () => {
  const directory = await temporaryDirectory();
  const sdist = await buildSdist({ filename: 'other-1.0.tar.gz', directory });
  await whileServing(
    ['--project', 'demo', 'demo-two'],
    async ({ uploadUrl, environment }) => {
      const upload = await runCli(['upload', '--repository-url', uploadUrl, sdist], { env: environment });
      expect(upload.stderr).toContain('Non-user identities cannot create new projects');
      expect(upload.exitCode).toBe(1);
    },
    directory,
  );
});

test('keeps files and state in a directory', async () => {
  const directory = await temporaryDirectory();
  const sdist = await buildSdist({ filename: 'kept-1.0.tar.gz', directory });
  await whileServing(
    ['--dir', 'index'],
    async ({ uploadUrl, environment }) => {
      await runCli(['upload', '--repository-url', uploadUrl, sdist], { env: environment });
    },
    directory,
  );
  await whileServing(
    ['--dir', 'index'],
    async ({ simpleUrl }) => {
      expect(await (await fetch(`${simpleUrl}kept/`)).text()).toContain('kept-1.0.tar.gz');
    },
    directory,
  );
});

test('writes the variables of the simulated job to a file that only its owner reads', async () => {
  const directory = await temporaryDirectory();
  await whileServing(
    ['--write-env', 'job.env'],
    async ({ environment }) => {
      const path = join(directory, 'job.env');
      expect((await stat(path)).mode & 0o077).toBe(0);
      const lines = (await readFile(path, 'utf8')).trim().split('\n');
      expect(lines).toContain('GITHUB_ACTIONS=true');
      expect(lines).toHaveLength(Object.keys(environment).length);
      expect(await readdir(directory)).toEqual(['job.env']);
    },
    directory,
  );
});

test('simulates other platforms, and stops looking like the one that the shell runs on', async () => {
  const directory = await temporaryDirectory();
  await whileServing(
    ['--ci', 'gitlab', '--project', 'demo'],
    async ({ url, ci, environment }) => {
      expect(ci).toBe('gitlab');
      expect(environment).toMatchObject({ GITLAB_CI: 'true', GITHUB_ACTIONS: '', CIRCLECI: '', BUILDKITE: '' });
      const minted = await mint(url, environment['PYPI_ID_TOKEN']);
      expect(minted).toMatchObject({ success: true });
      expect(await mint(url, environment['PYPI_ID_TOKEN'])).toMatchObject({
        errors: [{ code: 'invalid-reuse-token' }],
      });
    },
    directory,
  );
});

test.each([
  ['circleci', 'circleci run oidc get --claims \'{"aud": "pypi"}\' --root-issuer'],
  ['buildkite', 'buildkite-agent oidc request-token --audience pypi'],
])('writes what tools call for a token on %s, for shells that read the file', async (ci, command) => {
  const directory = await temporaryDirectory();
  await whileServing(
    ['--ci', ci, '--write-env', 'a job.env'],
    async ({ url, pathDirectory }) => {
      expect(pathDirectory).toBe(join(directory, 'a job.env.d', 'bin'));
      const { stdout } = await promisify(execFile)('sh', ['-c', `set -a; . './a job.env'; ${command}`], {
        cwd: directory,
        env: { PATH: '/usr/bin:/bin' },
      });
      expect(stdout.split('.')).toHaveLength(3);
      expect(await mint(url, stdout.trim())).toMatchObject({
        errors: [{ code: 'invalid-payload', description: 'unknown trusted publishing issuer' }],
      });
    },
    directory,
  );
});

test('serves https, with all that makes other programs trust it; nothing of it is left without a file', async () => {
  const directory = await temporaryDirectory();
  const wheel = await buildWheel({ filename: 'secured-1.0-py3-none-any.whl', directory });
  let authority = '';
  await whileServing(
    ['--tls'],
    async ({ uploadUrl, simpleUrl, environment, certificateAuthority }) => {
      expect(uploadUrl).toMatch(/^https:\/\/localhost:\d+\/legacy\/$/);
      authority = certificateAuthority ?? '';
      const bundle = await readFile(environment['SSL_CERT_FILE'] ?? '', 'utf8');
      expect(bundle.startsWith(await readFile(authority, 'utf8'))).toBe(true);
      expect(bundle.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(50);
      for (const name of ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT', 'NODE_EXTRA_CA_CERTS'])
        expect(environment[name]).toBe(environment['SSL_CERT_FILE']);
      const args = ['upload', '--repository-url', uploadUrl, '--check-url', simpleUrl];
      const upload = await runCli([...args, wheel], { env: environment });
      expect(upload, upload.stderr).toMatchObject({ exitCode: 0 });
      const flag = await runCli([...args, '--ca-cert', authority, '--trusted-publishing', 'never', wheel], {
        env: { TWINE_PASSWORD: 'no-token' },
      });
      expect(flag.stdout + flag.stderr).not.toContain('certificate');
      const untrusting = await runCli([...args, wheel], { env: { PYPI_TOKEN: 'pypi-none' } });
      expect(untrusting.stderr).toContain('certificate');
    },
    directory,
  );
  await expect(readFile(authority)).rejects.toThrow();
});

test('takes faults while it runs', async () => {
  const directory = await temporaryDirectory();
  const wheel = await buildWheel({ filename: 'unlucky-1.0-py3-none-any.whl', directory });
  const { stderr } = await whileServing(
    ['--fault', 'audience:status=503:retry-after=0'],
    async ({ url, uploadUrl, environment }) => {
      const added = await fetch(`${url}/_admin/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ faults: ['upload:status=429:retry-after=0'] }),
      });
      expect(added.status).toBe(200);
      const upload = await runCli(['upload', '--repository-url', uploadUrl, wheel], { env: environment });
      expect(upload, upload.stderr).toMatchObject({ exitCode: 0 });
    },
    directory,
  );
  expect(stderr).toContain('503  GET /_/oidc/audience\n200  GET /_/oidc/audience\n');
  expect(stderr).toContain('429  POST /legacy/\n200  POST /legacy/\n');
});

test.each([
  ['a port out of range', ['--port', '70000'], 2, 'from 0 to 65535'],
  ['an unknown platform', ['--ci', 'jenkins'], 2, 'Choose one of `github`'],
  ['a file that cannot be written', ['--port', '0', '--write-env', 'missing/job.env'], 2, 'job.env'],
  ['an unknown fault', ['--fault', 'upload:explode'], 1, 'upload:explode'],
  ['a missing publishers file', ['--publishers', 'missing.json'], 2, '--project'],
] as const)('refuses %s', async (_, args, expected, said) => {
  const directory = await temporaryDirectory();
  const { exitCode, stderr } = await runCli(['serve', ...args], { cwd: directory });
  expect(stderr).toContain(said);
  expect(exitCode).toBe(expected);
});
