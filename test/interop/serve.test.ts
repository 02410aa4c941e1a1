/** `serve` and `upload` as two processes, with nothing between them but HTTP; then pip installs. */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDigests, sha256Of } from './fetch.ts';
import { pathOf } from './folders.ts';
import { bareEnvironment, pipDownload, runPython } from './pip.ts';
import { cleanEnvironment, runProgram, type UploadDocument } from './program.ts';
import { realDistribution } from './real-distributions.ts';
import { type Serving, startServe } from './serve.ts';
import { filesOnIndex } from './simple-index.ts';

/** Pure ones: what to import, and how it tells its version. */
const installed = [
  { filename: 'idna-3.10-py3-none-any.whl', version: 'idna.__version__' },
  { filename: 'packaging-26.3-py3-none-any.whl', version: 'packaging.__version__' },
  { filename: 'six-1.17.0-py2.py3-none-any.whl', version: 'six.__version__' },
  { filename: 'urllib3-1.26.20-py2.py3-none-any.whl', version: 'urllib3.__version__' },
];
const filenames = [...installed.map(({ filename }) => filename), 'idna-3.10.tar.gz', 'packaging-26.3.tar.gz'];

describe('`serve`', () => {
  let folder: string;
  let serving: Serving;
  let digests: ReadonlyMap<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pypi-oidc-serve-'));
    digests = await readDigests();
    serving = await startServe(join(folder, 'job.env'));
    const paths = filenames.map((filename) => pathOf(realDistribution(filename)));
    const ended = await runProgram(
      ['upload', '--json', '--repository-url', serving.document.uploadUrl, ...paths],
      cleanEnvironment(serving.job),
    );
    expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
    const document = JSON.parse(ended.stdout) as UploadDocument;
    expect(document.files.map(({ outcome }) => outcome)).toEqual(filenames.map(() => 'uploaded'));
  });

  afterAll(async () => {
    const exitCode = await serving.stop();
    await rm(folder, { recursive: true, force: true });
    expect(exitCode).toBe(0);
  });

  test('says where it is', () => {
    const { url } = serving.document;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(serving.document).toMatchObject({
      command: 'serve',
      ok: true,
      uploadUrl: `${url}/legacy/`,
      simpleUrl: `${url}/simple/`,
    });
  });

  test('offers what was uploaded', async () => {
    const offered = await filesOnIndex(serving.document.simpleUrl);
    expect(Object.fromEntries(offered)).toEqual(
      Object.fromEntries(filenames.map((filename) => [filename, digests.get(filename)])),
    );
  });

  test.for(filenames)('gives %s back to pip', async (filename) => {
    const destination = await mkdtemp(join(folder, 'back-'));
    const options = ['--index-url', serving.document.simpleUrl];
    await pipDownload(realDistribution(filename), destination, bareEnvironment, options);
    expect(await readdir(destination)).toEqual([filename]);
    expect(await sha256Of(join(destination, filename))).toBe(digests.get(filename));
  });

  test.for(installed)('lets pip install $filename', async ({ filename, version: expression }) => {
    const { project, version } = realDistribution(filename);
    const target = await mkdtemp(join(folder, 'installed-'));
    const options = ['--quiet', '--no-deps', '--target', target, '--index-url', serving.document.simpleUrl];
    await runPython(['-m', 'pip', 'install', ...options, `${project}==${version}`], bareEnvironment);
    const script = `import ${project}; print(${expression}, ${project}.__file__)`;
    const output = await runPython(['-c', script], { ...bareEnvironment, PYTHONPATH: target });
    expect(output.trim().split(' ')).toEqual([version, expect.stringContaining(target)]);
  });
});
