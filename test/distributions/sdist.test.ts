import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DistributionError } from '../../src/distributions/distribution-error.ts';
import { readSdistMetadata } from '../../src/distributions/sdist.ts';
import { buildSdist, type TarHeader, tarBytes, writeTo, zipBytes } from '../support/distributions.ts';

const filename = 'demo-1.0.tar.gz';

async function sdistOf(...entries: readonly (readonly [string | TarHeader, string?])[]): Promise<string> {
  const tar = await tarBytes(entries.map(([name, content]) => [typeof name === 'string' ? { name } : name, content]));
  return writeTo({ filename }, gzipSync(tar));
}

async function failure(path: string): Promise<string> {
  const error = await readSdistMetadata(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DistributionError);
  expect(error).toMatchObject({ code: 'DISTRIBUTION_INVALID', file: path });
  const { message } = error as Error;
  expect(message).toContain(path);
  return message;
}

test('PKG-INFO is read wherever it comes in the archive', async () => {
  const first = await buildSdist({ filename, metadata: 'Name: first\n' });
  expect((await readSdistMetadata(first)).content.toString()).toBe('Name: first\n');
  const last = await sdistOf(['demo-1.0/a.py', 'x'.repeat(2_000_000)], ['demo-1.0/PKG-INFO', 'Name: last\n']);
  expect(await readSdistMetadata(last)).toMatchObject({
    path: 'demo-1.0/PKG-INFO',
    content: Buffer.from('Name: last\n'),
  });
});

test('PKG-INFO of an egg-info directory is not the one', async () => {
  const path = await sdistOf(['demo-1.0/demo.egg-info/PKG-INFO', 'Name: egg\n'], ['demo-1.0/PKG-INFO', 'Name: demo\n']);
  expect((await readSdistMetadata(path)).content.toString()).toBe('Name: demo\n');
});

test('the top directory may be nested, when everything lies in it', async () => {
  const path = await sdistOf(
    ['a/b/PKG-INFO', 'Name: nested\n'],
    ['a/b/x/PKG-INFO', 'Name: no\n'],
    ['a/b/setup.py', ''],
  );
  expect((await readSdistMetadata(path)).content.toString()).toBe('Name: nested\n');
});

test('a name with a leading `./` is reported as it is', async () => {
  const path = await sdistOf([{ name: './', type: 'directory' }], ['./demo-1.0/PKG-INFO', 'Name: demo\n']);
  expect((await readSdistMetadata(path)).path).toBe('./demo-1.0/PKG-INFO');
});

test.each([
  ['a wrong checksum', (gzip: Buffer) => gzip.fill(0, gzip.length - 8, gzip.length - 4)],
  ['a wrong length', (gzip: Buffer) => gzip.fill(0xff, gzip.length - 4)],
  ['another gzip header behind it', (gzip: Buffer) => Buffer.concat([gzip, Buffer.from('\x1f\x8bgarbage', 'latin1')])],
  ['no trailer', (gzip: Buffer) => gzip.subarray(0, -8)],
])('%s after the end of the archive is no obstacle, as for Python', async (_, damage) => {
  const gzip = gzipSync(await tarBytes([[{ name: 'demo-1.0/PKG-INFO' }, 'Name: demo\n']]));
  const path = await writeTo({ filename }, damage(gzip));
  expect((await readSdistMetadata(path)).content.toString()).toBe('Name: demo\n');
});

describe('refused, with the reason', () => {
  test('another format under the name', async () => {
    const tar = await tarBytes([[{ name: 'demo-1.0/PKG-INFO' }, 'Name: demo\n']]);
    expect(await failure(await writeTo({ filename }, tar))).toContain('it is a plain tar archive');
    expect(await failure(await writeTo({ filename }, await zipBytes({ a: '' })))).toContain('it is a ZIP archive');
    const xz = Buffer.from('\xfd7zXZ\0', 'latin1');
    expect(await failure(await writeTo({ filename }, xz))).toContain('it is an xz file');
    expect(await failure(await writeTo({ filename }, ''))).toContain('it is an empty file');
  });

  test('gzip, but no tar archive', async () => {
    const path = await writeTo({ filename }, gzipSync('x'.repeat(2000)));
    expect(await failure(path)).toContain('is damaged: it is not a readable tar archive');
  });

  test('a truncated archive', async () => {
    const noise = Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 9973).toString(36)).join('');
    const tar = await tarBytes([
      [{ name: 'demo-1.0/a.py' }, noise],
      [{ name: 'demo-1.0/PKG-INFO' }, 'Name: demo\n'],
    ]);
    const gzip = gzipSync(tar);
    const path = await writeTo({ filename }, gzip.subarray(0, gzip.length / 2));
    expect(await failure(path)).toContain('is damaged: it ends too early');
  });

  test('damaged compressed data', async () => {
    const gzip = gzipSync(await tarBytes([[{ name: 'demo-1.0/PKG-INFO' }, 'Name: demo\n']]));
    const path = await writeTo({ filename }, gzip.fill(0xff, 10, 20));
    expect(await failure(path)).toContain('its gzip data cannot be decompressed');
  });

  test('no PKG-INFO', async () => {
    const message = await failure(await sdistOf(['demo-1.0/setup.py', ''], ['demo-1.0/x/PKG-INFO', 'Name: demo\n']));
    expect(message).toContain('there is no `demo-1.0/PKG-INFO` in it');
  });

  test('several top-level directories', async () => {
    const message = await failure(await sdistOf(['a/x.py', ''], ['b/PKG-INFO', 'Name: demo\n']));
    expect(message).toContain('must have one top-level directory, and has several: `a`, `b`');
  });

  test('a PKG-INFO that is no regular file', async () => {
    const link: TarHeader = { name: 'demo-1.0/PKG-INFO', type: 'symlink', linkname: 'x' };
    expect(await failure(await sdistOf(['demo-1.0/x', 'Name: demo\n'], [link]))).toContain(
      'is a symlink, not a regular file',
    );
  });

  test('an empty archive', async () => {
    expect(await failure(await sdistOf())).toContain('is an empty archive');
  });

  test('more than 16 MiB of PKG-INFO', async () => {
    const message = await failure(await buildSdist({ filename, metadata: Buffer.alloc(16 * 1024 * 1024 + 1) }));
    expect(message).toContain('more than the 16.0 MiB');
  });
});
