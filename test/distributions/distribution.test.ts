import { createHash } from 'node:crypto';
import { readFile, utimes } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readDistribution } from '../../src/distributions/distribution.ts';
import { buildSdist, buildWheel, writeTo } from '../support/distributions.ts';

test('a wheel is read into everything that an upload says about it', async () => {
  const path = await buildWheel({
    filename: 'demo_pkg-1.0-cp311-abi3-win32.whl',
    metadata: 'Metadata-Version: 2.4\nName: Demo.Pkg\nVersion: 1.0.0\nX-Extra: 1\n',
  });
  await utimes(path, 1_000, 1_700_000_000);
  const bytes = await readFile(path);
  expect(await readDistribution(path)).toMatchObject({
    kind: 'wheel',
    path,
    filename: 'demo_pkg-1.0-cp311-abi3-win32.whl',
    parsedFilename: { kind: 'wheel', projectName: 'demo_pkg', version: '1.0' },
    project: 'demo-pkg',
    projectName: 'Demo.Pkg',
    version: '1.0.0',
    pythonTag: 'cp311',
    digests: { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length },
    sizeBytes: bytes.length,
    modifiedMs: 1_700_000_000_000,
    facts: { metadataPath: 'demo_pkg-1.0.dist-info/METADATA', unknownFields: ['X-Extra'], metadataIsUtf8: true },
  });
});

test('an sdist is read likewise', async () => {
  const path = await buildSdist({ filename: 'demo-1.0.tar.gz' });
  const distribution = await readDistribution(path);
  expect(distribution).toMatchObject({ kind: 'sdist', project: 'demo', version: '1.0', pythonTag: 'source' });
  expect(distribution.facts).not.toHaveProperty('distInfoDirectory');
});

describe('left for the checks', () => {
  test('a dist-info directory spelt differently from the file name', async () => {
    const path = await buildWheel({
      filename: 'demo-1.0-py3-none-any.whl',
      metadata: null,
      members: { 'Demo-1.0.dist-info/METADATA': 'Name: Demo\nVersion: 1.0\n' },
    });
    expect((await readDistribution(path)).facts.distInfoDirectory).toBe('Demo-1.0.dist-info');
  });

  test('a file name that breaks a rule, when the metadata says what the file is', async () => {
    const path = await buildWheel({ filename: 'demo-1.0-b1-py3-none-any.whl', metadata: 'Name: demo\nVersion: 1.0\n' });
    expect(await readDistribution(path)).toMatchObject({
      parsedFilename: { kind: 'invalid', problem: 'build-tag-invalid' },
      project: 'demo',
      pythonTag: 'py3',
    });
  });

  test('metadata without name and version, when the file name has them', async () => {
    const path = await buildWheel({ filename: 'demo-1.0-py3-none-any.whl', metadata: 'Summary: x\n' });
    expect(await readDistribution(path)).toMatchObject({ project: 'demo', version: '1.0' });
  });
});

describe('refused', () => {
  test('a file that says nowhere what it is', async () => {
    const path = await buildWheel({ filename: 'demo-1.0-b1-py3-none-any.whl', metadata: 'Version: 1.0\n' });
    await expect(readDistribution(path)).rejects.toMatchObject({
      code: 'DISTRIBUTION_INVALID',
      message: expect.stringContaining('its metadata has no `Name`'),
    });
  });

  test('a zip sdist, which PyPI no longer takes', async () => {
    const path = await writeTo({ filename: 'demo-1.0.zip' }, 'PK\x03\x04');
    await expect(readDistribution(path)).rejects.toMatchObject({
      code: 'DISTRIBUTION_INVALID',
      message: expect.stringContaining('PyPI accepts only `.tar.gz` (PEP 625)'),
    });
  });

  test('a file that is no distribution', async () => {
    await expect(readDistribution('dist/README.md')).rejects.toMatchObject({ code: 'FILE_NOT_A_DISTRIBUTION' });
  });

  test.each(['missing-1.0-py3-none-any.whl', 'missing-1.0.tar.gz'])('a missing file: %s', async (filename) => {
    await expect(readDistribution(`/nowhere/${filename}`)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: `\`/nowhere/${filename}\` cannot be read (ENOENT).`,
    });
  });
});
