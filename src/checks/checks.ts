/**
 * Local checks: what PyPI would refuse, found before anything is sent. A check is a pure function from a distribution to
 * findings; this file holds the list. Nothing here prints, and nothing asks a server.
 */

import type { Distribution } from '../distributions/distribution.ts';
import type { DistributionError } from '../distributions/distribution-error.ts';
import { checkFileSize } from './file-size.ts';
import { checkFilename } from './filename.ts';
import type { Finding, FindingDetails } from './finding.ts';
import { checkMetadata } from './metadata.ts';
import { checkMetadataVersion } from './metadata-version.ts';

export type Check = (distribution: Distribution) => readonly FindingDetails[];

const checks: readonly Check[] = [checkFilename, checkMetadata, checkMetadataVersion, checkFileSize];

/** All findings for one distribution, errors first. */
export function checkDistribution(distribution: Distribution): readonly Finding[] {
  return checks
    .flatMap((check) => check(distribution))
    .map((finding) => ({ ...finding, file: distribution.path }))
    .toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

/** The finding for a file that could not be read as a distribution at all. */
export function unreadableFinding(error: DistributionError): Finding {
  return {
    code: 'archive-unreadable',
    severity: 'error',
    file: error.file,
    message: error.message,
    hint: error.hint,
    spec: 'PyPI upload API: the archive must be readable and hold its metadata',
  };
}
