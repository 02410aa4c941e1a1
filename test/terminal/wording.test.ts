import { expect, test } from 'vitest';
import { count, duration, indent, size } from '../../src/terminal/wording.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [1_234, '1.2 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [104_857_600, '104.9 MB'],
  [5_300_000_000, '5.3 GB'],
  [5_300_000_000_000, '5300.0 GB'],
])('%i bytes are %s', (bytes, wanted) => {
  expect(size(bytes)).toBe(wanted);
});

test.each([
  [0, '0 ms'],
  [35.4, '35 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [2_440, '2.4 s'],
  [9_900, '9.9 s'],
  [42_000, '42 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [900_000, '15 min'],
])('%i ms are %s', (milliseconds, wanted) => {
  expect(duration(milliseconds)).toBe(wanted);
});

test('one file, two files', () => {
  expect([count(0, 'file'), count(1, 'file'), count(2, 'file')]).toEqual(['0 files', '1 file', '2 files']);
});

test('every line is indented, empty ones stay empty', () => {
  expect(indent('a\n\n  b\n', '  ')).toBe('  a\n\n    b\n');
  expect(indent('', '  ')).toBe('');
});
