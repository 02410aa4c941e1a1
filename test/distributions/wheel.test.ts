import { describe, expect, test } from 'vitest';
import { DistributionError } from '../../src/distributions/distribution-error.ts';
import { readWheelMetadata } from '../../src/distributions/wheel.ts';
import { buildWheel, minimalMetadata, writeTo, zipBytes } from '../support/distributions.ts';

const filename = 'demo-1.0-py3-none-any.whl';

async function failure(path: string): Promise<DistributionError> {
  const error = await readWheelMetadata(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DistributionError);
  expect(error).toMatchObject({ code: 'DISTRIBUTION_INVALID', file: path });
  expect((error as Error).message).toContain(path);
  return error as DistributionError;
}

test('METADATA is read from the directory that the file name asks for', async () => {
  const found = await readWheelMetadata(await buildWheel({ filename, metadata: 'Name: demo\n' }));
  expect(found.path).toBe('demo-1.0.dist-info/METADATA');
  expect(found.content.toString()).toBe('Name: demo\n');
});

test('decoys are not read', async () => {
  const path = await buildWheel({
    filename,
    metadata: 'Name: real\n',
    members: {
      METADATA: 'Metadata-Version: 2.1\nName: root\n',
      'aaa-1.0.dist-info/METADATA': 'Name: other\n',
      'demo/_vendor/x-1.dist-info/METADATA': 'Name: vendored\n',
      'demo-1.0.dist-info/licenses/METADATA': 'Name: deeper\n',
    },
  });
  expect((await readWheelMetadata(path)).content.toString()).toBe('Name: real\n');
});

test('a directory spelt differently is read when it is the only one', async () => {
  const path = await buildWheel({
    filename,
    metadata: null,
    members: { 'Demo-1.0.dist-info/METADATA': 'Name: Demo\n' },
  });
  expect((await readWheelMetadata(path)).path).toBe('Demo-1.0.dist-info/METADATA');
});

test('archives with more directory than fits the window are read', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [`demo/a_rather_long_module_name_${i}.py`, '']),
  );
  const path = await writeTo(
    { filename },
    await zipBytes({ 'demo-1.0.dist-info/METADATA': 'Name: first\n', ...many }, { compress: false }),
  );
  expect((await readWheelMetadata(path)).content.toString()).toBe('Name: first\n');
});

describe('refused, with the place named', () => {
  test('no METADATA', async () => {
    const { message, hint } = await failure(await buildWheel({ filename, metadata: null }));
    expect(message).toContain('`demo-1.0.dist-info/METADATA`');
    expect(hint).toContain('python -m build');
  });

  test('several other dist-info directories', async () => {
    const members = { 'a-1.dist-info/METADATA': '', 'b-1.dist-info/METADATA': '' };
    const { message } = await failure(await buildWheel({ filename, metadata: null, members }));
    expect(message).toContain('`a-1.dist-info/METADATA`, `b-1.dist-info/METADATA`');
  });

  test.each([
    ['', 'an empty file'],
    ['\x1f\x8b\x08', 'a gzip file'],
    ['<!doctype html>', 'an HTML or XML page'],
    ['version https://git-lfs.github.com/spec/v1\n', 'a Git LFS pointer'],
    ['hello', 'a file of an unknown kind'],
  ])('%j is %s', async (content, description) => {
    const { message } = await failure(await writeTo({ filename }, Buffer.from(content, 'latin1')));
    expect(message).toContain(`it is ${description}`);
  });

  test('a truncated archive', async () => {
    const whole = await zipBytes({ 'demo-1.0.dist-info/METADATA': minimalMetadata(filename) });
    const { message } = await failure(await writeTo({ filename }, whole.subarray(0, -30)));
    expect(message).toContain('is damaged: the directory at its end cannot be read');
  });

  test('a damaged directory', async () => {
    const bytes = await zipBytes({ 'demo-1.0.dist-info/METADATA': 'x', 'demo.py': '' });
    bytes[bytes.indexOf('PK\x01\x02', bytes.indexOf('PK\x01\x02') + 4, 'latin1')] = 0;
    const { message } = await failure(await writeTo({ filename }, bytes));
    expect(message).toContain("is damaged: the archive's directory cannot be read");
  });

  test('metadata whose checksum is wrong', async () => {
    const bytes = await zipBytes({ 'demo-1.0.dist-info/METADATA': 'Name: demo\n' }, { compress: false });
    bytes[bytes.indexOf('Name: demo')] = 'G'.charCodeAt(0);
    const { message } = await failure(await writeTo({ filename }, bytes));
    expect(message).toContain('`demo-1.0.dist-info/METADATA` cannot be read (the CRC-32');
  });

  test('metadata of more than 16 MiB', async () => {
    const { message } = await failure(await buildWheel({ filename, metadata: Buffer.alloc(17 * 1024 * 1024, 'x') }));
    expect(message).toContain('`demo-1.0.dist-info/METADATA`');
    expect(message).toContain('17.0 MiB long, more than the 16.0 MiB');
  });
});
