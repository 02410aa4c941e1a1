/**
 * What will be sent where, and in which order. Pure: `upload.ts` consumes the plan, `--dry-run` prints it.
 */

import type { Distribution } from '../distributions/distribution.ts';
import { normalizeProjectName } from '../distributions/project-name.ts';
import type { PackageIndex } from '../package-index/index-url.ts';
import type { UploadedFile } from './outcome.ts';

export interface PlannedUpload {
  readonly file: UploadedFile;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface UploadPlan {
  readonly index: PackageIndex;
  /** In the order of sending. */
  readonly uploads: readonly PlannedUpload[];
  readonly totalBytes: number;
}

/**
 * Releases in the order they were named; within a release wheels before the sdist (installers would build from an sdist
 * whose wheels are still missing), large wheels first.
 *
 * @param fieldsOf the upload form of a distribution
 */
export function planUpload(
  index: PackageIndex,
  distributions: readonly Distribution[],
  fieldsOf: (distribution: Distribution) => readonly (readonly [string, string])[],
): UploadPlan {
  const releases = new Map<string, PlannedUpload[]>();
  for (const distribution of distributions) {
    const planned: PlannedUpload = { file: uploadedFile(distribution), fields: fieldsOf(distribution) };
    const release = `${planned.file.project} ${planned.file.version}`;
    releases.set(release, [...(releases.get(release) ?? []), planned]);
  }
  const uploads = [...releases.values()].flatMap((release) => release.toSorted(inOrderOfSending));
  return { index, uploads, totalBytes: uploads.reduce((sum, { file }) => sum + file.sizeBytes, 0) };
}

function inOrderOfSending(a: PlannedUpload, b: PlannedUpload): number {
  if (a.file.kind !== b.file.kind) return a.file.kind === 'wheel' ? -1 : 1;
  return b.file.sizeBytes - a.file.sizeBytes || (a.file.filename < b.file.filename ? -1 : 1);
}

function uploadedFile(distribution: Distribution): UploadedFile {
  return {
    path: distribution.path,
    filename: distribution.filename,
    kind: distribution.kind,
    sizeBytes: distribution.sizeBytes,
    sha256: distribution.digests.sha256,
    project: normalizeProjectName(distribution.projectName),
    version: distribution.version,
  };
}
