/** The fields without which no index takes a file, and what the upload form cannot carry. */

import type { Distribution } from '../distributions/distribution.ts';
import { isValidProjectName } from '../distributions/project-name.ts';
import { canonicalVersion } from '../distributions/version.ts';
import type { FindingDetails } from './finding.ts';

const spec = 'Core metadata specifications';

export function checkMetadata({ metadata, facts }: Distribution): readonly FindingDetails[] {
  const findings: FindingDetails[] = [];
  for (const field of ['Metadata-Version', 'Name', 'Version'] as const) {
    if (metadata.first(field) !== undefined) continue;
    findings.push({
      code: 'metadata-incomplete',
      severity: 'error',
      location: facts.metadataPath,
      message: `\`${facts.metadataPath}\` has no \`${field}\`.`,
      hint: 'Build it again with an up-to-date build backend.',
      spec,
    });
  }
  if (metadata.name !== undefined && !isValidProjectName(metadata.name)) {
    findings.push(
      invalidValue(
        'Name',
        metadata.name,
        'A name has letters, digits, `.`, `_` and `-`, and begins and ends with a letter or digit.',
      ),
    );
  }
  if (metadata.version !== undefined && canonicalVersion(metadata.version) === undefined) {
    findings.push(
      invalidValue('Version', metadata.version, 'Write it as PEP 440 wants, as in `1.4.0`, `2.0rc1` or `2026.1`.'),
    );
  }
  if (!facts.metadataIsUtf8) {
    findings.push({
      code: 'metadata-not-utf8',
      severity: 'warning',
      location: facts.metadataPath,
      message: `\`${facts.metadataPath}\` is not UTF-8: some characters are sent as replacements.`,
      hint: 'Save pyproject.toml and the README as UTF-8 and build again.',
      spec,
    });
  }
  for (const field of facts.unknownFields) {
    findings.push({
      code: 'metadata-field-unknown',
      severity: 'warning',
      location: field,
      message: `The metadata field \`${field}\` is not known here and has no place in the upload form: it is not sent.`,
      hint: 'It stays in the file, where installers read it. A newer pypi-oidc may know it.',
      spec,
    });
  }
  return findings;
}

function invalidValue(field: string, value: string, hint: string): FindingDetails {
  return {
    code: 'metadata-incomplete',
    severity: 'error',
    location: field,
    message: `\`${field}: ${value}\` is not a valid value.`,
    hint,
    spec,
  };
}
