import { expect, test } from 'vitest';
import { isValidProjectName, normalizeProjectName } from '../../src/distributions/project-name.ts';

test.each([
  ['Friendly-Bard', 'friendly-bard'],
  ['friendly.bard', 'friendly-bard'],
  ['FRIENDLY__bard', 'friendly-bard'],
  ['friendly-._.-bard', 'friendly-bard'],
])('%j is known to indexes as %j', (name, normalized) => {
  expect(normalizeProjectName(name)).toBe(normalized);
});

test.each([
  ['a', true],
  ['A1', true],
  ['a.b_c-d', true],
  ['', false],
  ['_a', false],
  ['a-', false],
  ['a b', false],
  ['dëmo', false],
  ['a\n', false],
])('%j is a valid project name: %j', (name, valid) => {
  expect(isValidProjectName(name)).toBe(valid);
});
