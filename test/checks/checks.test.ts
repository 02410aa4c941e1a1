import { expect, test } from 'vitest';
import { checkDistribution, unreadableFinding } from '../../src/checks/checks.ts';
import { hasErrors } from '../../src/checks/finding.ts';
import { readDistribution } from '../../src/distributions/distribution.ts';
import { DistributionError } from '../../src/distributions/distribution-error.ts';
import { buildSdist, buildWheel } from '../support/distributions.ts';

test.each([
  () =>
    buildWheel({
      filename: 'my_demo-1.0-py3-none-any.whl',
      metadata: 'Metadata-Version: 2.4\nName: My.Demo\nVersion: 1.0\n',
    }),
  () => buildWheel({ filename: 'demo-1.0-1build-cp311.cp312-abi3-win32.whl' }),
  () =>
    buildSdist({ filename: 'my_demo-1.0.tar.gz', metadata: 'Metadata-Version: 2.1\nName: my-demo\nVersion: v1.0\n' }),
  () => buildSdist({ filename: 'demo-1!2.0rc1.post2.dev3.tar.gz' }),
])('nothing is found in a clean file: %#', async (build) => {
  expect(checkDistribution(await readDistribution(await build()))).toEqual([]);
});

test('findings name their file, errors come first', async () => {
  const path = await buildWheel({
    filename: 'demo-1.0-py3-none-any.whl',
    metadata: 'Name: demo\nVersion: 2.0\nX-Other: 1\n',
  });
  const findings = checkDistribution(await readDistribution(path));
  expect(findings.map(({ code, severity, file }) => [code, severity, file])).toEqual([
    ['filename-version-mismatch', 'error', path],
    ['metadata-incomplete', 'error', path],
    ['metadata-field-unknown', 'warning', path],
  ]);
  expect(hasErrors(findings)).toBe(true);
  expect(hasErrors(findings.slice(2))).toBe(false);
  expect(hasErrors([])).toBe(false);
});

test('every finding ends in a next step and names its rule', async () => {
  const path = await buildSdist({ filename: 'Demo-1.0.tar.gz', metadata: 'Name: -\nVersion: x\nZ: \u00ff\n' });
  for (const { hint, spec } of checkDistribution(await readDistribution(path))) {
    expect([hint, spec]).toEqual([expect.stringMatching(/\.$|`$/), expect.stringMatching(/\w{3}/)]);
  }
});

test('a file that cannot be read is a finding, too', () => {
  const error = new DistributionError({ file: 'dist/x.whl', message: 'no ZIP archive', hint: 'Build it again.' });
  expect(unreadableFinding(error)).toMatchObject({
    code: 'archive-unreadable',
    severity: 'error',
    file: 'dist/x.whl',
    message: 'no ZIP archive',
    hint: 'Build it again.',
  });
});
