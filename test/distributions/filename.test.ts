import { describe, expect, test } from 'vitest';
import { parseFilename } from '../../src/distributions/filename.ts';

test('a wheel name is taken apart', () => {
  expect(parseFilename('foo_Bar-1.0-py3-none-any.whl')).toEqual({
    kind: 'wheel',
    filename: 'foo_Bar-1.0-py3-none-any.whl',
    projectName: 'foo_Bar',
    version: '1.0',
    pythonTag: 'py3',
    pythonTags: ['py3'],
    abiTags: ['none'],
    platformTags: ['any'],
  });
});

test('a wheel name may have a build tag and compressed tag sets', () => {
  const filename = 'numpy-2.0-1local-cp311.cp312-abi3.none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl';
  expect(parseFilename(filename)).toMatchObject({
    kind: 'wheel',
    build: '1local',
    pythonTag: 'cp311.cp312',
    pythonTags: ['cp311', 'cp312'],
    abiTags: ['abi3', 'none'],
    platformTags: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
  });
});

test.each([
  ['foo-1.0.tar.gz', 'foo', '1.0', '.tar.gz'],
  ['foo-bar-1.0.tar.gz', 'foo-bar', '1.0', '.tar.gz'],
  ['Foo.Bar-1.0rc1.zip', 'Foo.Bar', '1.0rc1', '.zip'],
  ['foo-1.0-1.tar.gz', 'foo-1.0', '1', '.tar.gz'],
])('%j is an sdist, split at the last hyphen', (filename, projectName, version, extension) => {
  expect(parseFilename(filename)).toEqual({ kind: 'sdist', filename, projectName, version, extension });
});

describe('names that break a rule say which', () => {
  test.each([
    ['foo-1.0.whl', 'wheel', 'wrong-number-of-parts'],
    ['foo-1.0-1-2-py3-none-any.whl', 'wheel', 'wrong-number-of-parts'],
    ['foo__bar-1.0-py3-none-any.whl', 'wheel', 'project-name-invalid'],
    ['-1.0-py3-none-any.whl', 'wheel', 'project-name-invalid'],
    ['foo bar-1.0-py3-none-any.whl', 'wheel', 'project-name-invalid'],
    ['foo-one-py3-none-any.whl', 'wheel', 'version-invalid'],
    ['foo-1.0-b1-py3-none-any.whl', 'wheel', 'build-tag-invalid'],
    ['foo-1.0-py2..py3-none-any.whl', 'wheel', 'tag-invalid'],
    ['foo-1.0-py3--any.whl', 'wheel', 'tag-invalid'],
    ['foo-1.0-3.11-none-any.whl', 'wheel', 'tag-invalid'],
    ['foo-1.0-py3-none-any.WHL', 'wheel', 'extension-not-lower-case'],
    ['foo-1.0.TAR.GZ', 'sdist', 'extension-not-lower-case'],
    ['foo.tar.gz', 'sdist', 'version-missing'],
    ['foo-latest.tar.gz', 'sdist', 'version-invalid'],
    ['-1.0.tar.gz', 'sdist', 'project-name-invalid'],
  ])('%j: %s, %s', (filename, format, problem) => {
    expect(parseFilename(filename)).toMatchObject({ kind: 'invalid', filename, format, problem });
  });
});

test.each([
  ['foo-1.0.tar.gz.publish.attestation', 'attestation'],
  ['foo-1.0-py3-none-any.whl.asc', 'signature'],
  ['foo-1.0-py3-none-any.whl.sigstore.json', 'sigstore-bundle'],
  ['foo-1.0.tar.gz.sha256', 'checksum'],
  ['SHA256SUMS', 'checksum'],
  ['checksums.txt', 'checksum'],
  ['foo-1.0-py3-none-any.whl.metadata', 'metadata'],
  ['foo-1.0-py3.11.egg', 'egg'],
  ['foo-1.0.tar.bz2', 'old-sdist'],
  ['foo-1.0.tgz', 'old-sdist'],
  ['foo-1.0.win32.exe', 'installer'],
  ['.gitignore', 'hidden-file'],
  ['.foo-1.0.tar.gz', 'hidden-file'],
  ['README.md', 'unknown'],
])('%j is no distribution but: %s', (filename, looksLike) => {
  expect(parseFilename(filename)).toEqual({ kind: 'other', filename, looksLike });
});
