import { describe, expect, test } from 'vitest';
import { checkFilename } from '../../src/checks/filename.ts';
import { readDistribution } from '../../src/distributions/distribution.ts';
import { buildSdist, buildWheel, type Members } from '../support/distributions.ts';

async function findings(
  filename: string,
  name: string | undefined,
  version: string | undefined,
  members: Members = {},
) {
  const metadata = [
    'Metadata-Version: 2.1',
    ...(name === undefined ? [] : [`Name: ${name}`]),
    ...(version === undefined ? [] : [`Version: ${version}`]),
    '',
  ].join('\n');
  const build = filename.endsWith('.whl') ? buildWheel : buildSdist;
  return checkFilename(await readDistribution(await build({ filename, metadata, members })));
}

async function codes(...given: Parameters<typeof findings>): Promise<readonly string[]> {
  return (await findings(...given)).map(({ code, severity }) => `${severity} ${code}`);
}

describe('a wheel', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['demo-1.0-py3-none-any.whl', 'demo', '1.0', []],
    ['my_demo_pkg-1.0-py3-none-any.whl', 'My.Demo--Pkg', '1.0', []],
    ['demo-1.0-py3-none-any.whl', 'demo', '1.0.0', []],
    ['demo-1.0.post1-py3-none-any.whl', 'demo', '1.0-1', []],
    ['demo-1.0+local-py3-none-any.whl', 'demo', '1.0+LOCAL', []],
    ['Demo-1.0-py3-none-any.whl', 'Demo', '1.0', ['error filename-not-normalized']],
    ['my.demo-1.0-py3-none-any.whl', 'my.demo', '1.0', ['error filename-not-normalized']],
    ['other-1.0-py3-none-any.whl', 'demo', '1.0', ['error filename-project-mismatch']],
    ['demo-1.1-py3-none-any.whl', 'demo', '1.0', ['error filename-version-mismatch']],
    ['demo-1.0-py3-none-any.whl', 'demo', '1.0+local', ['error filename-version-mismatch']],
    [
      'other-1.1-py3-none-any.whl',
      'demo',
      '1.0',
      ['error filename-project-mismatch', 'error filename-version-mismatch'],
    ],
    ['demo-1.0-b1-py3-none-any.whl', 'demo', '1.0', ['error filename-invalid']],
  ])('%s with %s %s', async (filename, name, version, wanted) => {
    expect(await codes(filename, name, version)).toEqual(wanted);
  });

  test('whose metadata lies in a directory of another name', async () => {
    const path = await buildWheel({
      filename: 'demo-1.0-py3-none-any.whl',
      metadata: null,
      members: { 'demo-1.0.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0.0\n' },
    });
    expect(checkFilename(await readDistribution(path))).toEqual([
      {
        code: 'dist-info-mismatch',
        severity: 'error',
        location: 'demo-1.0.0.dist-info',
        message: 'The metadata lies in `demo-1.0.0.dist-info`; by the file name it must be `demo-1.0.dist-info`.',
        hint: 'The file was renamed, or built by an old backend: build it again with an up-to-date one.',
        spec: 'PEP 427',
      },
    ]);
  });
});

describe('an sdist', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['demo-1.0.tar.gz', 'demo', '1.0', []],
    ['my_demo-1.0.tar.gz', 'My-Demo', '1.0', []],
    ['demo-1.0.post1.tar.gz', 'demo', '1.0-1', []],
    ['my-demo-1.0.tar.gz', 'my-demo', '1.0', ['error filename-not-normalized']],
    ['Demo-1.0.tar.gz', 'Demo', '1.0', ['error filename-not-normalized']],
    ['demo-1.0.tar.gz', 'demo', '1.0.0', ['error filename-not-normalized']],
    ['demo-1.00.tar.gz', 'demo', '1.0', ['error filename-not-normalized']],
    ['other-1.0.tar.gz', 'demo', '1.0', ['error filename-project-mismatch']],
    ['demo-2.0.tar.gz', 'demo', '1.0', ['error filename-version-mismatch']],
    ['demo-latest.tar.gz', 'demo', '1.0', ['error filename-invalid']],
  ])('%s with %s %s', async (filename, name, version, wanted) => {
    expect(await codes(filename, name, version)).toEqual(wanted);
  });
});

describe('the words', () => {
  test.each([
    ['other-1.0.tar.gz', 'My.Demo', '1.0', 'The file name says project `other`, the metadata inside says `My.Demo`.'],
    ['demo-2.0.tar.gz', 'demo', '1.0', 'The file name says version `2.0`, the metadata inside says `1.0`.'],
    ['My.Demo-1.00.tar.gz', 'My.Demo', '1.00', 'The sdist must be named `my_demo-1.0.tar.gz`.'],
    [
      'Demo-1.0-py3-none-any.whl',
      'Demo',
      '1.0',
      'The project in the file name is spelt `Demo`; PyPI takes `demo` only.',
    ],
    [
      'demo-latest.tar.gz',
      'demo',
      '1.0',
      'The file name breaks the rules: `latest`, the part after the last hyphen, is not a version (PEP 440).',
    ],
  ])('%s with %s %s', async (filename, name, version, message) => {
    expect(await findings(filename, name, version)).toMatchObject([{ message }]);
  });

  test('name the project as the file must begin', async () => {
    expect(await findings('other-1.0.tar.gz', 'My.Demo', '1.0')).toMatchObject([
      { location: 'Name', hint: expect.stringContaining('must begin with `my_demo-`') },
    ]);
  });
});

test.each([
  [undefined, '1.0'],
  ['demo', undefined],
  ['other', 'not-a-version'],
])('what the metadata does not say well is for the metadata check: %s %s', async (name, version) => {
  const wanted = name === 'other' ? ['error filename-project-mismatch'] : [];
  expect(await codes('demo-1.0.tar.gz', name, version)).toEqual(wanted);
});
