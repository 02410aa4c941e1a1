import { describe, expect, test } from 'vitest';
import { canonicalVersion, comparisonKey, versionsEqual } from '../../src/distributions/version.ts';

describe('canonicalVersion', () => {
  test.each([
    ['1.0', '1.0'],
    ['1.0.0', '1.0.0'],
    ['1!2.0', '1!2.0'],
    ['0!2.0', '2.0'],
    ['2024.01.02', '2024.1.2'],
    ['1.0-1', '1.0.post1'],
    ['1.0-r4', '1.0.post4'],
    ['1.0.post', '1.0.post0'],
    ['v1.0', '1.0'],
    ['  1.0\n', '1.0'],
    ['1.0ALPHA', '1.0a0'],
    ['1.0-preview_2', '1.0rc2'],
    ['1.0c4', '1.0rc4'],
    ['1.0.RC1.post2.dev3+X', '1.0rc1.post2.dev3+x'],
    ['1.0+Ubuntu-01_b', '1.0+ubuntu.1.b'],
    ['1.0+1e5', '1.0+1e5'],
    ['20240101123456789012', '20240101123456789012'],
  ])('%j is %j', (text, canonical) => {
    expect(canonicalVersion(text)).toBe(canonical);
  });

  test.each(['', '1.', '1..0', '1.0+', '1.0-', 'vv1', '1.0 0', '1.0alpha1beta1', '\ufeff1.0', 'latest'])(
    '%j is no version',
    (text) => {
      expect(canonicalVersion(text)).toBeUndefined();
    },
  );
});

describe('versionsEqual', () => {
  test.each([
    ['1.0', '1.0.0', true],
    ['1', 'v1.0', true],
    ['1.0.post1', '1-1', true],
    ['1.0.0rc1', '1c1', true],
    ['1.0+a.1', '1+A-1', true],
    ['10', '1', false],
    ['1.0', '1.0+local', false],
    ['1!1.0', '1.0', false],
    ['nonsense', 'nonsense', false],
  ])('%j and %j: %j', (left, right, equal) => {
    expect(versionsEqual(left, right)).toBe(equal);
  });
});

test('comparisonKey drops trailing zeros of the release segment only', () => {
  expect(['1.0.0', '1.0.post0', '0.0', '1.10', '1!2.0.0.dev0+1.0'].map(comparisonKey)).toEqual([
    '1',
    '1.post0',
    '0',
    '1.10',
    '1!2.dev0+1.0',
  ]);
});
