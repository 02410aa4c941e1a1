/**
 * The upload form of one distribution, without what every request carries (`:action`, `protocol_version`) and without
 * the file itself.
 *
 * The values are those that twine sends, with these exceptions, all because the metadata means something else than its
 * bytes: folded descriptions and licence texts lose their indentation, folded author and keyword lines become one
 * line, and the import names of metadata 2.5 are sent. Nothing is refused here: repeated single fields are repeated in
 * the form, unknown metadata versions passed on.
 *
 * @see PyPI documentation, "Upload API"; spec of each field in `core-metadata-fields.ts`.
 */

import type { CoreMetadata } from './core-metadata.ts';
import {
  CORE_METADATA_FIELDS,
  type CoreMetadataField,
  type CoreMetadataFieldDefinition,
} from './core-metadata-fields.ts';
import type { Distribution } from './distribution.ts';
import { stripWhitespace } from './python-text.ts';

export type FormField = readonly [name: string, value: string];

/** What the form is made from. */
export type FormSource = Pick<Distribution, 'kind' | 'pythonTag' | 'metadata' | 'digests'>;

/** The fields in a fixed order; values of one name are in file order. Absent values are not sent. */
export function formFields(distribution: FormSource): readonly FormField[] {
  const { kind, pythonTag, metadata, digests } = distribution;
  return [
    ...metadataFields(metadata),
    ['filetype', kind === 'wheel' ? 'bdist_wheel' : 'sdist'],
    ['pyversion', pythonTag],
    ['sha256_digest', digests.sha256],
    ['blake2_256_digest', digests.blake2b256],
  ];
}

function metadataFields(metadata: CoreMetadata): FormField[] {
  const fields: FormField[] = [];
  for (const field of Object.keys(CORE_METADATA_FIELDS) as CoreMetadataField[]) {
    const definition: CoreMetadataFieldDefinition = CORE_METADATA_FIELDS[field];
    if (!isSent(definition, metadata.metadataVersion)) continue;
    const values = metadata.all(field);
    // An empty import name says that the project has none. The form cannot say so.
    if (field === 'Import-Name' && values.length === 1 && values[0] === '') continue;
    for (const value of values) fields.push([definition.formField, formValue(field, value)]);
  }
  return fields;
}

function isSent({ sent, since }: CoreMetadataFieldDefinition, declared: string | undefined): boolean {
  switch (sent) {
    case 'always':
      return true;
    case 'since-declared': {
      const [major = 0, minor = 0] = (declared ?? '0').split('.').map(Number);
      const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
      return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
    }
    default:
      return sent satisfies never;
  }
}

function formValue(field: CoreMetadataField, value: string): string {
  switch (field) {
    case 'Name':
      // The spelling that setuptools registers projects under: dots and case are kept.
      return value.replace(/[^A-Za-z0-9.]+/g, '-');
    case 'Keywords':
      return value.split(',').map(stripWhitespace).join(', ');
    case 'Project-URL': {
      const comma = value.indexOf(',');
      const [label, url] = comma === -1 ? [value, ''] : [value.slice(0, comma), value.slice(comma + 1)];
      return `${stripWhitespace(label)}, ${stripWhitespace(url)}`;
    }
    default:
      return value;
  }
}
