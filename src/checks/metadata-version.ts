/**
 * The declared metadata version: PyPI knows the specified ones, and refuses fields that came after the declared one.
 * A version that is newer than this program is passed on: an index may know it.
 */

import type { CoreMetadata } from '../distributions/core-metadata.ts';
import {
  CORE_METADATA_FIELDS,
  type CoreMetadataField,
  type CoreMetadataFieldDefinition,
  type MetadataVersion,
} from '../distributions/core-metadata-fields.ts';
import type { Distribution } from '../distributions/distribution.ts';
import type { FindingDetails } from './finding.ts';

const specified: readonly string[] = [
  '1.0',
  '1.1',
  '1.2',
  '2.1',
  '2.2',
  '2.3',
  '2.4',
  '2.5',
] satisfies MetadataVersion[];
const newest = '2.5';
const spec = 'Core metadata specifications, "Metadata-Version"';

export function checkMetadataVersion({ metadata }: Distribution): readonly FindingDetails[] {
  const declared = metadata.metadataVersion;
  if (declared === undefined) return [];
  if (!specified.includes(declared)) return [unknownVersion(declared)];
  return newerFields(metadata, declared);
}

function unknownVersion(declared: string): FindingDetails {
  const isNewer = /^\d+\.\d+$/.test(declared) && compare(declared, newest) > 0;
  return {
    code: 'metadata-version-unknown',
    severity: isNewer ? 'warning' : 'error',
    location: 'Metadata-Version',
    message: isNewer
      ? `Metadata version ${declared} is newer than ${newest}, the newest known here: fields that came with it may not be sent.`
      : `\`${declared}\` is not a metadata version${declared === '2.0' ? ' (2.0 was a draft, and was withdrawn)' : ''}.`,
    hint: isNewer
      ? 'A newer pypi-oidc may know it. Whether the index does, its answer will tell.'
      : 'Build it again with an up-to-date build backend.',
    spec,
  };
}

/** Fields that are sent although the declared version does not know them. */
function newerFields(metadata: CoreMetadata, declared: string): readonly FindingDetails[] {
  return (Object.keys(CORE_METADATA_FIELDS) as CoreMetadataField[]).flatMap((field) => {
    const { since, sent }: CoreMetadataFieldDefinition = CORE_METADATA_FIELDS[field];
    if (
      sent === 'since-declared' ||
      compare(since, declared) <= 0 ||
      metadata.all(field).every((value) => value === '')
    )
      return [];
    return [
      {
        code: 'metadata-field-too-new' as const,
        severity: 'error' as const,
        location: field,
        message: `\`${field}\` came with metadata version ${since}, but the file declares ${declared}.`,
        hint: 'Update the build backend and build again: it must declare the version that its fields need.',
        spec,
      },
    ];
  });
}

/** Versions of two numbers: negative when `left` is older. */
function compare(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}
