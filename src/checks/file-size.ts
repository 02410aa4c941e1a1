/** PyPI's default limit; a project's own limit may be higher and is not public, hence a warning. */

import type { Distribution } from '../distributions/distribution.ts';
import type { FindingDetails } from './finding.ts';

const defaultLimitBytes = 100 * 1024 * 1024;

export function checkFileSize({ sizeBytes }: Distribution): readonly FindingDetails[] {
  if (sizeBytes <= defaultLimitBytes) return [];
  return [
    {
      code: 'file-large',
      severity: 'warning',
      message: `The file has ${Math.ceil(sizeBytes / 1024 / 1024)} MiB; PyPI takes up to 100 MiB, unless the project has a higher limit.`,
      hint: 'Ask for a higher limit before the release: https://docs.pypi.org/project-management/storage-limits/',
      spec: 'PyPI upload API: file size limit',
    },
  ];
}
