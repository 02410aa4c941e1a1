/** Other programs in simulated CI jobs, against `serve`: uv and twine upload, `id` finds identities, pip and uv install. */

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readDigests } from './fetch.ts';
import { pathOf } from './folders.ts';
import { programPath } from './program.ts';
import { realDistribution } from './real-distributions.ts';
import { runInJob, type Serving, startServe } from './serve.ts';

const filenames = ['idna-3.10-py3-none-any.whl', 'idna-3.10.tar.gz'];
const paths = filenames.map((filename) => pathOf(realDistribution(filename)));

/** An index for one test, and a folder that goes with it. */
async function serve(...flags: string[]): Promise<Serving & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'pypi-oidc-tools-'));
  const serving = await startServe(join(folder, 'job.env'), flags);
  onTestFinished(async () => {
    await serving.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return { ...serving, folder };
}

/** Install what was uploaded with pip and with uv; both are told the digests and refuse anything else. */
async function expectInstallable(serving: Serving & { readonly folder: string }): Promise<void> {
  const digests = await readDigests();
  const requirements = join(serving.folder, 'requirements.txt');
  const hashes = filenames.map((filename) => `--hash=sha256:${digests.get(filename)}`);
  await writeFile(requirements, `idna==3.10 ${hashes.join(' ')}\n`);
  const common = ['--require-hashes', '--no-deps', '--index-url', serving.document.simpleUrl, '-r', requirements];
  const installers = [
    ['python', '-m', 'pip', 'install', '--quiet'],
    ['uv', 'pip', 'install', '--quiet'],
  ];
  for (const [program = '', ...args] of installers) {
    const target = join(serving.folder, `installed-by-${program}`);
    const ended = await runInJob(serving, program, [...args, '--target', target, ...common]);
    expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
    expect(await readdir(target)).toContain('idna');
  }
}

/** Exchange an identity token, as any client would. */
async function mint(serving: Serving, token: string): Promise<{ success?: boolean; errors?: unknown[] }> {
  const address = `${serving.document.url}/_/oidc/mint-token`;
  const response = await fetch(address, { method: 'POST', body: JSON.stringify({ token }) });
  return (await response.json()) as { success?: boolean; errors?: unknown[] };
}

describe.each(['github', 'gitlab'])('as a job of %s, over https,', (ci) => {
  test('uv publishes with the identity of the job; pip and uv install it', async () => {
    const serving = await serve('--ci', ci, '--tls', '--project', 'idna');
    const args = ['publish', '--trusted-publishing', 'always', '--publish-url', serving.document.uploadUrl, ...paths];
    const ended = await runInJob(serving, 'uv', args);
    expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
    await expectInstallable(serving);
  });
});

test('uv is refused a project that the publisher does not have, as on PyPI', async () => {
  const serving = await serve('--tls', '--project', 'other');
  const args = ['publish', '--trusted-publishing', 'always', '--publish-url', serving.document.uploadUrl, ...paths];
  const ended = await runInJob(serving, 'uv', args);
  expect(ended.exitCode).not.toBe(0);
  expect(ended.stderr).toContain('Non-user identities cannot create new projects');
});

const twineUpload = ['upload', '--non-interactive', '--disable-progress-bar', '--username', '__token__'];

test.each([[[]], [['--tls']]])('twine uploads with a token of `mint-token`, `serve` %j', async (flags) => {
  const serving = await serve('--project', 'idna', ...flags);
  const { uploadUrl } = serving.document;
  const minted = await runInJob(serving, process.execPath, [programPath, 'mint-token', '--repository-url', uploadUrl]);
  expect(minted, minted.stderr).toMatchObject({ exitCode: 0 });
  const args = [...twineUpload, '--password', minted.stdout.trim(), '--repository-url', uploadUrl, ...paths];
  const ended = await runInJob(serving, 'twine', args);
  expect(ended, ended.stdout + ended.stderr).toMatchObject({ exitCode: 0 });
  await expectInstallable(serving);
});

test('twine uses the identity of a job for PyPI and TestPyPI only, so here it asks for a password', async () => {
  const serving = await serve('--tls');
  const args = [...twineUpload, '--repository-url', serving.document.uploadUrl, ...paths];
  const ended = await runInJob(serving, 'twine', args);
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout + ended.stderr).toContain('Credential not found for password');
});

describe('`python -m id`', () => {
  const unknownIssuer = [{ code: 'invalid-payload', description: 'unknown trusted publishing issuer' }];

  test.each([
    ['github', { success: true }],
    ['gitlab', { success: true }],
    ['buildkite', { errors: unknownIssuer }],
    ['circleci', { errors: unknownIssuer }],
  ])('has an identity in a job of %s, which the index takes or refuses as PyPI does', async (ci, expected) => {
    const serving = await serve('--ci', ci);
    const { exitCode, stdout, stderr } = await runInJob(serving, 'python', ['-m', 'id', 'pypi']);
    expect(exitCode, stderr).toBe(0);
    expect(await mint(serving, stdout.trim())).toMatchObject(expected);
  });

  test('sees no Google machine: it looks at the hardware, not at variables', async () => {
    const serving = await serve('--ci', 'google');
    const { exitCode, stdout } = await runInJob(serving, 'python', ['-m', 'id', 'pypi']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'None\n' });
  });
});
