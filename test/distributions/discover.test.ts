import { symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { discoverDistributions, globPattern } from '../../src/distributions/discover.ts';
import { temporaryDirectory, writeTo } from '../support/distributions.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await temporaryDirectory();
  for (const filename of [
    'dist/b-1.0.tar.gz',
    'dist/a-1.0-py3-none-any.whl',
    'dist/a-1.0-py3-none-any.whl.publish.attestation',
    'dist/a-1.0-py3-none-any.whl.asc',
    'dist/notes.txt',
    'dist/.gitignore',
    'dist/junk.dist-info/x',
    'junk/notes.txt',
    'odd/[x]-1.0.tar.gz',
    'old/a-1.0.egg',
  ]) {
    await writeTo({ directory: cwd, filename }, '');
  }
  await symlink(join(cwd, 'dist/b-1.0.tar.gz'), join(cwd, 'link-1.0.tar.gz'));
});

async function files(...patterns: readonly string[]): Promise<readonly string[]> {
  return (await discoverDistributions(patterns, cwd)).files.map(fromCwd);
}

async function ignored(...patterns: readonly string[]): Promise<Record<string, string>> {
  const found = await discoverDistributions(patterns, cwd);
  return Object.fromEntries(found.ignored.map(({ path, reason }) => [fromCwd(path), reason]));
}

function fromCwd(path: string): string {
  return relative(cwd, path).replaceAll('\\', '/');
}

test('a pattern gives its distributions in alphabetical order and lists the rest', async () => {
  expect(await files('dist/*')).toEqual(['dist/a-1.0-py3-none-any.whl', 'dist/b-1.0.tar.gz']);
  expect(await ignored('dist/*')).toEqual({
    'dist/a-1.0-py3-none-any.whl.asc': 'signature',
    'dist/a-1.0-py3-none-any.whl.publish.attestation': 'attestation',
    'dist/notes.txt': 'unknown',
  });
});

test('paths stay as named when they mean the same to the process, and are absolute otherwise', async () => {
  const here = relative(process.cwd(), cwd);
  const asNamed = await discoverDistributions([join(here, 'dist/b-1.0.tar.gz'), `${here}/dist/*.whl`], process.cwd());
  expect(asNamed.files).toEqual([join(here, 'dist/b-1.0.tar.gz'), `${here}/dist/a-1.0-py3-none-any.whl`]);
  const elsewhere = await discoverDistributions(['dist/b-1.0.tar.gz'], cwd);
  expect(elsewhere.files).toEqual([join(cwd, 'dist/b-1.0.tar.gz')]);
});

test('files that are named keep their order', async () => {
  expect(await files('dist/b-1.0.tar.gz', 'dist/a-1.0-py3-none-any.whl')).toEqual([
    'dist/b-1.0.tar.gz',
    'dist/a-1.0-py3-none-any.whl',
  ]);
});

test('a file named twice, by another path or by a link, goes once', async () => {
  expect(await files('link-1.0.tar.gz', 'dist/b-1.0.tar.gz', './dist/../dist/b-1.0.tar.gz', 'dist/*.gz')).toEqual([
    'link-1.0.tar.gz',
  ]);
});

test('an existing file is taken as it is, even with the characters of a pattern', async () => {
  expect(await files('odd/[x]-1.0.tar.gz')).toEqual(['odd/[x]-1.0.tar.gz']);
});

test('what a shell sweeps along with distributions is ignored', async () => {
  const swept = ['dist/.gitignore', 'dist/a-1.0-py3-none-any.whl.asc', 'dist/junk.dist-info'];
  expect(await ignored('dist/b-1.0.tar.gz', ...swept)).toEqual({
    'dist/.gitignore': 'hidden-file',
    'dist/a-1.0-py3-none-any.whl.asc': 'signature',
    'dist/junk.dist-info': 'directory',
  });
});

describe('mistakes', () => {
  test.each([
    [
      'something else',
      ['dist/b-1.0.tar.gz', 'dist/notes.txt'],
      'FILE_NOT_A_DISTRIBUTION',
      /notes\.txt` is no distribution/,
    ],
    ['a signature alone', ['dist/a-1.0-py3-none-any.whl.asc'], 'FILE_NOT_A_DISTRIBUTION', /is no distribution/],
    ['a directory', ['dist'], 'FILE_NOT_A_DISTRIBUTION', /dist` is a directory/],
    [
      'a directory of distributions beside one',
      ['link-1.0.tar.gz', 'dist'],
      'FILE_NOT_A_DISTRIBUTION',
      /dist` is a directory/,
    ],
    ['a file that is missing', ['dist/c-1.0.tar.gz'], 'FILES_NOT_FOUND', /no file `dist\/c-1\.0\.tar\.gz`/],
    ['a pattern without a match', ['build/*'], 'FILES_NOT_FOUND', /No file matches `build\/\*`/],
    ['one of two patterns without a match', ['dist/*', 'build/*'], 'FILES_NOT_FOUND', /No file matches `build\/\*`/],
    [
      'a pattern that matches other files only',
      ['junk/*'],
      'FILES_NOT_FOUND',
      /`junk\/\*` is a distribution \(`.*junk\/notes\.txt`\)/,
    ],
    ['nothing', [], 'FILES_NOT_FOUND', /No files were named/],
  ])('%s', async (_, patterns, code, message) => {
    await expect(discoverDistributions(patterns, cwd)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('the hint is the next step', async () => {
    await expect(discoverDistributions(['dist'], cwd)).rejects.toMatchObject({
      hint: expect.stringContaining('dist/*`'),
    });
    await expect(discoverDistributions(['old/a-1.0.egg'], cwd)).rejects.toMatchObject({
      hint: expect.stringContaining('build a wheel'),
    });
    await expect(discoverDistributions(['build/*'], cwd)).rejects.toMatchObject({
      hint: expect.stringContaining('python -m build'),
    });
  });
});

test.each([
  ['dist\\*', '\\', 'dist/*'],
  ['dist\\*', '/', 'dist\\*'],
  ['dist/*.{whl,tar.gz}', '/', 'dist/*.{whl,tar.gz}'],
  ['dist/a?.whl', '\\', 'dist/a?.whl'],
  ['dist\\a.whl', '\\', undefined],
])('the pattern in %j where directories are parted by %j', (argument, separator, pattern) => {
  expect(globPattern(argument, separator)).toBe(pattern);
});
