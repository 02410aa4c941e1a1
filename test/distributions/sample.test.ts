import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { readDistribution } from '../../src/distributions/distribution.ts';
import { writeSampleDistributions } from '../../src/distributions/sample.ts';
import { temporaryDirectory } from '../support/distributions.ts';

test('both files carry the names that PyPI asks for, and their metadata agrees', async () => {
  const directory = join(await temporaryDirectory(), 'dist');
  const { wheel, sdist } = await writeSampleDistributions(directory, { name: 'My.Sample-pkg', version: 'v1.0-1' });
  expect([basename(wheel), basename(sdist)]).toEqual([
    'my_sample_pkg-1.0.post1-py3-none-any.whl',
    'my_sample_pkg-1.0.post1.tar.gz',
  ]);
  for (const path of [wheel, sdist]) {
    const distribution = await readDistribution(path);
    expect(distribution).toMatchObject({ projectName: 'my-sample-pkg', version: '1.0.post1' });
    expect(distribution.metadata.metadataVersion).toBe('2.4');
    expect(distribution.facts).not.toHaveProperty('distInfoDirectory');
  }
});

test('the bytes depend on name and version only', async () => {
  const sha256 = async (version: string) => {
    const files = await writeSampleDistributions(await temporaryDirectory(), { name: 'demo', version });
    return Promise.all(
      Object.values(files).map(async (path) =>
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ),
    );
  };
  const first = await sha256('1.0');
  expect(await sha256('1.0')).toEqual(first);
  const other = await sha256('1.1');
  expect(other[0]).not.toBe(first[0]);
  expect(other[1]).not.toBe(first[1]);
});

test('the wheel has no data descriptors, extra fields or comments, and RECORD holds the hash of every other member', async () => {
  const { wheel } = await writeSampleDistributions(await temporaryDirectory(), { name: 'demo', version: '1.0' });
  const members = storedMembers(await readFile(wheel));
  const record = members.get('demo-1.0.dist-info/RECORD')?.toString() ?? '';
  const rows = [...members].map(([name, content]) => {
    if (name.endsWith('/RECORD')) return `${name},,`;
    return `${name},sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}`;
  });
  expect(record).toBe(`${rows.join('\n')}\n`);
});

test('names and versions that are none are refused', async () => {
  const directory = await temporaryDirectory();
  for (const options of [
    { name: '-x', version: '1.0' },
    { name: 'x', version: 'one' },
  ]) {
    await expect(writeSampleDistributions(directory, options)).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  }
});

/** Walk the local headers from the first byte, as PyPI does. */
function storedMembers(zip: Buffer): Map<string, Buffer> {
  const members = new Map<string, Buffer>();
  let position = 0;
  while (zip.readUInt32LE(position) === 0x04034b50) {
    expect(zip.readUInt16LE(position + 6) & 0b1000).toBe(0);
    expect(zip.readUInt16LE(position + 8)).toBe(0);
    const nameLength = zip.readUInt16LE(position + 26);
    expect(zip.readUInt16LE(position + 28)).toBe(0);
    const start = position + 30 + nameLength;
    const end = start + zip.readUInt32LE(position + 18);
    members.set(zip.toString('utf8', position + 30, start), zip.subarray(start, end));
    position = end;
  }
  expect(zip.readUInt32LE(position)).toBe(0x02014b50);
  return members;
}
