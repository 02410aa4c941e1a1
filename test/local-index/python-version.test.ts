import { describe, expect, test } from 'vitest';
import { compareVersions, normalizeName, parsePythonVersion } from '../../src/local-index/python-version.ts';

describe('PEP 440 versions', () => {
  test.each([
    ['1.0', '1.0', '1'],
    ['1.0.0', '1.0.0', '1'],
    ['v1.0', '1.0', '1'],
    [' 1.0 ', '1.0', '1'],
    ['2024.01.02', '2024.1.2', '2024.1.2'],
    ['1.0-1', '1.0.post1', '1.post1'],
    ['1.0.RC.1', '1.0rc1', '1rc1'],
    ['1.0alpha', '1.0a0', '1a0'],
    ['1!1.0.dev', '1!1.0.dev0', '1!1.dev0'],
    ['1.0+Ubuntu-01', '1.0+ubuntu.1', '1+ubuntu.1'],
    ['0.0', '0.0', '0'],
  ])('%j is %s', (text, canonical, key) => {
    expect(parsePythonVersion(text)).toMatchObject({ text: canonical, key });
  });

  test.each(['', 'abc', '1..0', '1,0', '1.0.*', '1.0.x', '1.0+', '1.0 1', '-1'])('%j is none', (text) => {
    expect(parsePythonVersion(text)).toBeUndefined();
  });

  test('are ordered as the standard says', () => {
    const ordered = [
      '1.dev0',
      '1.0a1.dev1',
      '1.0a1',
      '1.0a2',
      '1.0b1',
      '1.0rc1',
      '1.0',
      '1.0.post1',
      '1.1',
      '1.10',
      '1!0.1',
    ];
    const parsed = ordered.flatMap((text) => parsePythonVersion(text) ?? []);
    const sorted = [...parsed].reverse().sort(compareVersions);
    expect(sorted.map((version) => version.text)).toEqual(parsed.map((version) => version.text));
  });
});

test.each([
  ['Foo.Bar_baz', 'foo-bar-baz'],
  ['a--_.b', 'a-b'],
])('the name %s is %s', (name, normalized) => {
  expect(normalizeName(name)).toBe(normalized);
});
