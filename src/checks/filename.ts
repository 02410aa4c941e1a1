/** The file name must be well formed and agree with the metadata inside (PEP 427, PEP 491, PEP 625; PyPI compares both). */

import type { Distribution } from '../distributions/distribution.ts';
import type { SdistFilename, WheelFilename } from '../distributions/filename.ts';
import { normalizeProjectName } from '../distributions/project-name.ts';
import { canonicalVersion, versionsEqual } from '../distributions/version.ts';
import type { FindingDetails } from './finding.ts';

export function checkFilename(distribution: Distribution): readonly FindingDetails[] {
  const { parsedFilename, metadata } = distribution;
  if (parsedFilename.kind === 'invalid') {
    return [
      {
        code: 'filename-invalid',
        severity: 'error',
        message: `The file name breaks the rules: ${parsedFilename.explanation}`,
        hint: 'Upload the file under the name that the build backend gave it; build it again if it was renamed.',
        spec: parsedFilename.format === 'wheel' ? 'PEP 427' : 'PEP 625',
      },
    ];
  }
  // Without these two there is nothing to agree with; the metadata check says so.
  const name = metadata.name;
  const version = metadata.version;
  if (name === undefined || version === undefined) return [];
  const wanted = escapedName(name);
  const findings = [projectAgrees(parsedFilename, name), versionAgrees(parsedFilename, version)].filter(
    (finding) => finding !== undefined,
  );
  if (findings.length > 0) return findings;
  return parsedFilename.kind === 'wheel'
    ? wheelSpelling(distribution, parsedFilename, wanted)
    : sdistSpelling(parsedFilename, wanted, version);
}

/** Normalised with underscores: how both kinds of file names must spell a project. */
function escapedName(name: string): string {
  return normalizeProjectName(name).replaceAll('-', '_');
}

function projectAgrees(filename: WheelFilename | SdistFilename, name: string): FindingDetails | undefined {
  if (normalizeProjectName(filename.projectName) === normalizeProjectName(name)) return undefined;
  return {
    code: 'filename-project-mismatch',
    severity: 'error',
    location: 'Name',
    message: `The file name says project \`${filename.projectName}\`, the metadata inside says \`${name}\`.`,
    hint: `Build it again: the file name must begin with \`${escapedName(name)}-\`. Files must not be renamed.`,
    spec: filename.kind === 'wheel' ? 'PEP 427' : 'PEP 625',
  };
}

function versionAgrees(filename: WheelFilename | SdistFilename, version: string): FindingDetails | undefined {
  if (canonicalVersion(version) === undefined || versionsEqual(filename.version, version)) return undefined;
  return {
    code: 'filename-version-mismatch',
    severity: 'error',
    location: 'Version',
    message: `The file name says version \`${filename.version}\`, the metadata inside says \`${version}\`.`,
    hint: 'Empty the build directory and build again: files must not be renamed.',
    spec: filename.kind === 'wheel' ? 'PEP 427' : 'PEP 625',
  };
}

function wheelSpelling(distribution: Distribution, filename: WheelFilename, wanted: string): readonly FindingDetails[] {
  const findings: FindingDetails[] = [];
  if (filename.projectName !== wanted) {
    findings.push({
      code: 'filename-not-normalized',
      severity: 'error',
      message: `The project in the file name is spelt \`${filename.projectName}\`; PyPI takes \`${wanted}\` only.`,
      hint: 'Update the build backend (setuptools 75.8.1 or later, for one) and build again.',
      spec: 'PEP 491, PEP 503',
    });
  }
  const directory = distribution.facts.distInfoDirectory;
  if (directory !== undefined) {
    findings.push({
      code: 'dist-info-mismatch',
      severity: 'error',
      location: directory,
      message: `The metadata lies in \`${directory}\`; by the file name it must be \`${filename.projectName}-${filename.version}.dist-info\`.`,
      hint: 'The file was renamed, or built by an old backend: build it again with an up-to-date one.',
      spec: 'PEP 427',
    });
  }
  return findings;
}

function sdistSpelling(filename: SdistFilename, wanted: string, version: string): readonly FindingDetails[] {
  const canonical = canonicalVersion(version);
  const should = `${wanted}-${canonical}.tar.gz`;
  if (canonical === undefined || filename.filename === should) return [];
  return [
    {
      code: 'filename-not-normalized',
      severity: 'error',
      message: `The sdist must be named \`${should}\`.`,
      hint: 'Update the build backend (setuptools 69.3 or later, for one) and build again.',
      spec: 'PEP 625',
    },
  ];
}
