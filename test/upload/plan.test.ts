import { expect, test } from 'vitest';
import type { Distribution } from '../../src/distributions/distribution.ts';
import { readDistribution } from '../../src/distributions/distribution.ts';
import { namedIndex } from '../../src/package-index/index-url.ts';
import { planUpload } from '../../src/upload/plan.ts';
import { buildSdist, buildWheel } from '../support/distributions.ts';

/** As much of a distribution as a plan looks at. */
function distribution(filename: string, sizeBytes: number, changes: Partial<Distribution> = {}): Distribution {
  const [projectName = '', version = ''] = filename.replace(/\.whl$|\.tar\.gz$/, '').split('-');
  const kind = filename.endsWith('.whl') ? 'wheel' : 'sdist';
  const some = { kind, path: `dist/${filename}`, filename, projectName, version, sizeBytes, digests: { sha256: 'aa' } };
  return { ...some, ...changes } as Distribution;
}

function order(...distributions: readonly Distribution[]): readonly string[] {
  return planUpload(namedIndex('pypi'), distributions, () => []).uploads.map(({ file }) => file.filename);
}

test('wheels go before their sdist, large ones first, equal ones by name', () => {
  expect(
    order(
      distribution('demo-1.0.tar.gz', 900),
      distribution('demo-1.0-b.whl', 10),
      distribution('demo-1.0-a.whl', 10),
      distribution('demo-1.0-c.whl', 500),
    ),
  ).toEqual(['demo-1.0-c.whl', 'demo-1.0-a.whl', 'demo-1.0-b.whl', 'demo-1.0.tar.gz']);
});

test('releases stay in the order in which they were named, each in one piece', () => {
  expect(
    order(
      distribution('two-1.0.tar.gz', 1),
      distribution('one-1.0.tar.gz', 1),
      distribution('one-2.0-a.whl', 1),
      distribution('two-1.0-a.whl', 1),
      distribution('one-1.0-a.whl', 1),
    ),
  ).toEqual(['two-1.0-a.whl', 'two-1.0.tar.gz', 'one-1.0-a.whl', 'one-1.0.tar.gz', 'one-2.0-a.whl']);
});

test('spellings of one project are one release', () => {
  const a = distribution('x-1.0.tar.gz', 1, { projectName: 'My.Demo' });
  const b = distribution('other-1.0.tar.gz', 1);
  const c = distribution('y-1.0-a.whl', 1, { projectName: 'my_demo' });
  expect(order(a, b, c)).toEqual(['y-1.0-a.whl', 'x-1.0.tar.gz', 'other-1.0.tar.gz']);
});

test('what was given is not changed', () => {
  const given = Object.freeze([distribution('demo-1.0.tar.gz', 1), distribution('demo-1.0-a.whl', 1)]);
  expect(order(...given)).toHaveLength(2);
  expect(given[0]?.filename).toBe('demo-1.0.tar.gz');
});

test('the plan has everything that sending needs', async () => {
  const wheel = await readDistribution(await buildWheel({ filename: 'my_demo-1.0-py3-none-any.whl' }));
  const sdist = await readDistribution(await buildSdist({ filename: 'my_demo-1.0.tar.gz' }));
  const plan = planUpload(namedIndex('testpypi'), [sdist, wheel], ({ kind }) => [['filetype', kind]]);
  expect(plan.index).toBe(namedIndex('testpypi'));
  expect(plan.totalBytes).toBe(wheel.sizeBytes + sdist.sizeBytes);
  expect(plan.uploads[0]).toEqual({
    file: {
      path: wheel.path,
      filename: 'my_demo-1.0-py3-none-any.whl',
      kind: 'wheel',
      sizeBytes: wheel.sizeBytes,
      sha256: wheel.digests.sha256,
      project: 'my-demo',
      version: '1.0',
    },
    fields: [['filetype', 'wheel']],
  });
  expect(plan.uploads[1]?.fields).toEqual([['filetype', 'sdist']]);
});

test('a plan of nothing', () => {
  expect(planUpload(namedIndex('pypi'), [], () => [])).toMatchObject({ uploads: [], totalBytes: 0 });
});
