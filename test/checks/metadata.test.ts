import { describe, expect, test } from 'vitest';
import { checkFileSize } from '../../src/checks/file-size.ts';
import { checkMetadata } from '../../src/checks/metadata.ts';
import { type Distribution, readDistribution } from '../../src/distributions/distribution.ts';
import { buildSdist } from '../support/distributions.ts';

async function findings(metadata: string | Uint8Array) {
  const path = await buildSdist({ filename: 'demo-1.0.tar.gz', metadata });
  return checkMetadata(await readDistribution(path));
}

const complete = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n';

test.each([complete, `${complete}License-File: LICENSE\nImport-Name: demo\nDynamic: License-File\n\nText\n`])(
  'nothing is found in complete metadata: %#',
  async (metadata) => {
    expect(await findings(metadata)).toEqual([]);
  },
);

test.each(['Metadata-Version', 'Name', 'Version'])('a missing %s', async (field) => {
  const metadata = complete.replace(new RegExp(`^${field}: .*\\n`, 'm'), '');
  expect(await findings(metadata)).toEqual([
    {
      code: 'metadata-incomplete',
      severity: 'error',
      location: 'demo-1.0/PKG-INFO',
      message: `\`demo-1.0/PKG-INFO\` has no \`${field}\`.`,
      hint: 'Build it again with an up-to-date build backend.',
      spec: 'Core metadata specifications',
    },
  ]);
});

describe('a value that is none', () => {
  test.each([
    ['Name', '_demo'],
    ['Name', 'demo-'],
    ['Name', 'my demo'],
    ['Name', 'dämo'],
    ['Version', 'latest'],
    ['Version', '1.0-final.x'],
    ['Version', '1..0'],
  ])('%s: %s', async (field, value) => {
    const metadata = complete.replace(new RegExp(`^${field}: .*$`, 'm'), `${field}: ${value}`);
    expect(await findings(metadata)).toMatchObject([
      {
        code: 'metadata-incomplete',
        severity: 'error',
        location: field,
        message: `\`${field}: ${value}\` is not a valid value.`,
      },
    ]);
  });
});

test('text that is not UTF-8 is a warning', async () => {
  const metadata = Buffer.concat([Buffer.from(`${complete}Summary: `), Buffer.of(0xe4), Buffer.from('\n')]);
  expect(await findings(metadata)).toMatchObject([{ code: 'metadata-not-utf8', severity: 'warning' }]);
});

test('each unknown field is a warning of its own', async () => {
  expect(await findings(`${complete}X-One: 1\nX-One: 2\nX-Two: 3\n`)).toMatchObject([
    { code: 'metadata-field-unknown', severity: 'warning', location: 'X-One' },
    { code: 'metadata-field-unknown', severity: 'warning', location: 'X-Two' },
  ]);
});

describe('the size', () => {
  const mebibyte = 1024 * 1024;
  test.each([0, 1, 100 * mebibyte])('%i bytes are fine', (sizeBytes) => {
    expect(checkFileSize({ sizeBytes } as Distribution)).toEqual([]);
  });

  test.each([
    [100 * mebibyte + 1, 101],
    [250 * mebibyte, 250],
  ])('%i bytes are a warning: the project may have a higher limit', (sizeBytes, shown) => {
    expect(checkFileSize({ sizeBytes } as Distribution)).toMatchObject([
      {
        code: 'file-large',
        severity: 'warning',
        message: `The file has ${shown} MiB; PyPI takes up to 100 MiB, unless the project has a higher limit.`,
      },
    ]);
  });
});
