import { describe, expect, test } from 'vitest';
import { checkDistribution } from '../../src/checks/checks.ts';
import { readDistribution } from '../../src/distributions/distribution.ts';
import { buildSdist } from '../support/distributions.ts';

/** What is found in an sdist whose metadata has these headers besides name and version. */
async function found(
  version: string,
  headers = '',
): Promise<readonly (readonly [string, string, string | undefined])[]> {
  const metadata = `Metadata-Version: ${version}\nName: demo\nVersion: 1.0\n${headers}`;
  const path = await buildSdist({ filename: 'demo-1.0.tar.gz', metadata });
  const findings = checkDistribution(await readDistribution(path));
  return findings.map(({ severity, code, location }) => [severity, code, location] as const);
}

test.each(['1.0', '1.1', '1.2', '2.1', '2.2', '2.3', '2.4', '2.5'])('%s is known', async (version) => {
  expect(await found(version)).toEqual([]);
});

test.each([
  ['2.0', 'error'],
  ['1.3', 'error'],
  ['two', 'error'],
  ['2.6', 'warning'],
  ['3.0', 'warning'],
])('%s is not known: %s', async (version, severity) => {
  expect(await found(version)).toEqual([[severity, 'metadata-version-unknown', 'Metadata-Version']]);
});

describe('a field must not be newer than the declared version', () => {
  test.each([
    ['1.0', 'Classifier: Private :: Do Not Upload\n', 'Classifier'],
    ['1.1', 'Requires-Python: >=3.9\n', 'Requires-Python'],
    ['2.3', 'License-Expression: MIT\n', 'License-Expression'],
    ['2.4', 'Import-Name: demo\n', 'Import-Name'],
  ])('%s with %j', async (version, headers, field) => {
    expect(await found(version, headers)).toEqual([['error', 'metadata-field-too-new', field]]);
  });

  test.each([
    ['1.1', 'Classifier: Private :: Do Not Upload\n'],
    ['2.4', 'License-Expression: MIT\nLicense-File: LICENSE\n'],
    // Left out of the form, as other uploaders do.
    ['2.1', 'License-File: LICENSE\n'],
    // Counts as absent.
    ['1.0', 'Classifier:\n'],
    // Whether a newer version than ours knows the field cannot be told here.
    ['2.5', 'Import-Name: demo\n'],
  ])('%s with %j is fine', async (version, headers) => {
    expect(await found(version, headers)).toEqual([]);
  });
});
