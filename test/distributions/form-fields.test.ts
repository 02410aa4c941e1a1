import { describe, expect, test } from 'vitest';
import { parseCoreMetadata } from '../../src/distributions/core-metadata.ts';
import { CORE_METADATA_FIELDS } from '../../src/distributions/core-metadata-fields.ts';
import type { FileDigests } from '../../src/distributions/digests.ts';
import { formFields } from '../../src/distributions/form-fields.ts';

const digests = { sha256: 'aa', blake2b256: 'bb', sizeBytes: 3 } as unknown as FileDigests;

function fieldsOf(metadata: string, kind: 'wheel' | 'sdist' = 'wheel') {
  const pythonTag = kind === 'wheel' ? 'py3' : 'source';
  return formFields({ kind, pythonTag, metadata: parseCoreMetadata(Buffer.from(metadata)), digests });
}

function valuesOf(name: string, metadata: string): readonly string[] {
  return fieldsOf(metadata).flatMap(([field, value]) => (field === name ? [value] : []));
}

test('a wheel of few words', () => {
  expect(fieldsOf('Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n\nHello\n')).toEqual([
    ['metadata_version', '2.4'],
    ['name', 'demo'],
    ['version', '1.0'],
    ['description', 'Hello\n'],
    ['license_file', 'LICENSE'],
    ['filetype', 'bdist_wheel'],
    ['pyversion', 'py3'],
    ['sha256_digest', 'aa'],
    ['blake2_256_digest', 'bb'],
  ]);
});

test('an sdist says so', () => {
  expect(fieldsOf('Name: demo\n', 'sdist')).toEqual(
    expect.arrayContaining([
      ['filetype', 'sdist'],
      ['pyversion', 'source'],
    ]),
  );
});

test('every field of the specification has a form field of its own', () => {
  const names = Object.values(CORE_METADATA_FIELDS).map(({ formField }) => formField);
  expect(new Set(names).size).toBe(names.length);
  const everything = Object.keys(CORE_METADATA_FIELDS).map(
    (field) => `${field}: ${field === 'Metadata-Version' ? '2.5' : 'x'}\n`,
  );
  const sent = fieldsOf(everything.join('')).map(([name]) => name);
  expect(sent.slice(0, -4)).toEqual(names);
});

describe('values', () => {
  test.each([
    ['name', 'Name: My_Demo.Pkg  x', ['My-Demo.Pkg-x']],
    ['keywords', 'Keywords: a,b , c d', ['a, b, c d']],
    ['project_urls', 'Project-URL: Docs , https://x.example/a,b', ['Docs, https://x.example/a,b']],
    ['project_urls', 'Project-URL: Docs', ['Docs, ']],
    [
      'requires_dist',
      'Requires-Dist: six (>=1)\nRequires-Dist: attrs; extra == "x"',
      ['six (>=1)', 'attrs; extra == "x"'],
    ],
    ['summary', 'Summary: one\nSummary: two', ['one', 'two']],
    ['author', 'Author:', ['']],
    ['metadata_version', 'Metadata-Version: 9.9', ['9.9']],
    ['import_name', 'Import-Name:', []],
    ['import_name', 'Import-Name: demo\nImport-Name: _demo; private', ['demo', '_demo; private']],
    ['description', 'Description: a\n        b', ['a\nb']],
  ])('%s of %j', (name, metadata, values) => {
    expect(valuesOf(name, metadata)).toEqual(values);
  });

  test.each([
    ['2.1', []],
    ['2.3', []],
    ['2.4', ['LICENSE']],
    ['2.10', ['LICENSE']],
    ['3.0', ['LICENSE']],
  ])('a licence file is sent from metadata 2.4 on: %s', (version, values) => {
    expect(valuesOf('license_file', `Metadata-Version: ${version}\nLicense-File: LICENSE\n`)).toEqual(values);
  });

  test('unknown fields are not sent', () => {
    expect(fieldsOf('Name: demo\nX-Private: secret-field\n').flat()).not.toContain('secret-field');
  });
});
