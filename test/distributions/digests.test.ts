import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Blake2b256Hex, digestFile } from '../../src/distributions/digests.ts';
import { writeTo } from '../support/distributions.ts';

// From RFC 7693's parameter block with 32 bytes of output; Python: hashlib.blake2b(data, digest_size=32).
test.each([
  ['', '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8'],
  ['abc', 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319'],
])('%j has its known digests', async (content, blake2b256) => {
  const path = await writeTo({ filename: 'file' }, content);
  expect(await digestFile(path)).toEqual({
    sha256: createHash('sha256').update(content).digest('hex'),
    blake2b256,
    sizeBytes: content.length,
  });
});

test('files of many blocks and a rest are hashed whole', async () => {
  const content = Buffer.alloc(3 * 1024 * 1024 + 17, 'pypi-oidc');
  const path = await writeTo({ filename: 'file' }, content);
  const { sha256, sizeBytes } = await digestFile(path);
  expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
  expect(sizeBytes).toBe(content.length);
});

test('a digest elsewhere gets every block before the buffer is used again', async () => {
  const content = Buffer.concat([1, 2, 3, 4, 5].map((value) => Buffer.alloc(1024 * 1024, value)));
  const path = await writeTo({ filename: 'file' }, content);
  const seen = createHash('sha256');
  const { sha256, blake2b256 } = await digestFile(path, {
    startBlake2b256: async () => ({
      update: async (block) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.update(block);
      },
      hex: async () => seen.digest('hex') as Blake2b256Hex,
    }),
  });
  expect(blake2b256).toBe(sha256);
});
