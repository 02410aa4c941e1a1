/**
 * Rules for the metadata fields of an upload, in PyPI's three rounds: shape, the core metadata specification, and
 * PyPI's own. A list per round; the first failure is the answer. The archive is not consulted: PyPI judges the form.
 *
 * Not every rule of PyPI is here yet (classifiers, license expressions, requirements, e-mail addresses are not judged).
 * @see https://packaging.python.org/en/latest/specifications/core-metadata/
 */

import { helpText, quoted, Refusal } from './answers.ts';
import type { FormFields } from './form-fields.ts';
import { parsePythonVersion } from './python-version.ts';

const metadataVersions = ['1.0', '1.1', '1.2', '2.1', '2.2', '2.3', '2.4', '2.5'];

/** Form field: core metadata name, first metadata version, whether it may be repeated. */
const metadataFields: Readonly<Record<string, readonly [string, string, 'once' | 'many']>> = {
  metadata_version: ['metadata-version', '1.0', 'once'],
  name: ['name', '1.0', 'once'],
  version: ['version', '1.0', 'once'],
  author: ['author', '1.0', 'once'],
  author_email: ['author-email', '1.0', 'once'],
  classifiers: ['classifier', '1.1', 'many'],
  description: ['description', '1.0', 'once'],
  description_content_type: ['description-content-type', '2.1', 'once'],
  download_url: ['download-url', '1.1', 'once'],
  dynamic: ['dynamic', '2.2', 'many'],
  home_page: ['home-page', '1.0', 'once'],
  import_name: ['import-name', '2.5', 'many'],
  import_namespace: ['import-namespace', '2.5', 'many'],
  keywords: ['keywords', '1.0', 'once'],
  license: ['license', '1.0', 'once'],
  license_expression: ['license-expression', '2.4', 'once'],
  license_file: ['license-file', '2.4', 'many'],
  maintainer: ['maintainer', '1.2', 'once'],
  maintainer_email: ['maintainer-email', '1.2', 'once'],
  obsoletes: ['obsoletes', '1.1', 'many'],
  obsoletes_dist: ['obsoletes-dist', '1.2', 'many'],
  platform: ['platform', '1.0', 'many'],
  project_urls: ['project-url', '1.2', 'many'],
  provides: ['provides', '1.1', 'many'],
  provides_dist: ['provides-dist', '1.2', 'many'],
  provides_extra: ['provides-extra', '2.1', 'many'],
  requires: ['requires', '1.1', 'many'],
  requires_dist: ['requires-dist', '1.2', 'many'],
  requires_external: ['requires-external', '1.2', 'many'],
  requires_python: ['requires-python', '1.2', 'once'],
  summary: ['summary', '1.0', 'once'],
  supported_platform: ['supported-platform', '1.1', 'many'],
};

const maximumSummaryCharacters = 512;

/**
 * Check the metadata of a form.
 * @returns the metadata fields that were sent, by form field name.
 * @throws {Refusal} 400 with the first failure.
 */
export function checkMetadata(form: FormFields): Readonly<Record<string, string[]>> {
  const sent: Record<string, string[]> = {};
  for (const name of Object.keys(metadataFields)) {
    const values = form.all(name);
    // A single empty value counts as absent, two empty ones do not.
    if (values.length > 1 || (values.length === 1 && values[0] !== '')) {
      sent[name] = [...values];
    }
  }
  for (const round of [shapeProblem, specificationProblem, indexProblem]) {
    const problem = round(sent);
    if (problem !== undefined) {
      throw new Refusal(
        400,
        `${problem} See https://packaging.python.org/specifications/core-metadata for more information.`,
      );
    }
  }
  const version = parsePythonVersion(sent['version']?.[0] ?? '');
  if (version?.hasLocal === true) {
    const help = helpText('local-version');
    throw new Refusal(
      400,
      `The use of local versions in ${quoted(sent['version']?.[0] ?? '')} is not allowed. ${help}`,
    );
  }
  return sent;
}

type Fields = Readonly<Record<string, readonly string[]>>;

function shapeProblem(fields: Fields): string | undefined {
  for (const [name, values] of Object.entries(fields)) {
    if (metadataFields[name]?.[2] === 'once' && values.length > 1) {
      return `${quoted(name)} has invalid data.`;
    }
  }
  const labels = (fields['project_urls'] ?? []).map((value) => value.split(',')[0]?.trim());
  return new Set(labels).size < labels.length ? "'project_urls' has invalid data." : undefined;
}

function specificationProblem(fields: Fields): string | undefined {
  const declared = fields['metadata_version']?.[0];
  if (declared === undefined || !metadataVersions.includes(declared)) {
    return `${declared === undefined ? 'None' : quoted(declared)} is not a valid metadata version.`;
  }
  const version = fields['version']?.[0];
  if (version === undefined) {
    return "'version' is a required field.";
  }
  if (parsePythonVersion(version) === undefined) {
    return `${quoted(version)} is invalid for 'version'.`;
  }
  const byCoreName = Object.entries(metadataFields).sort(([, left], [, right]) => (left[0] < right[0] ? -1 : 1));
  for (const [name, [coreName, since]] of byCoreName) {
    if (fields[name] !== undefined && metadataVersions.indexOf(since) > metadataVersions.indexOf(declared)) {
      return `${coreName} introduced in metadata version ${since}, not ${declared}.`;
    }
    if (name === 'summary' && fields[name]?.[0]?.includes('\n') === true) {
      return "'summary' must be a single line.";
    }
  }
  return undefined;
}

function indexProblem(fields: Fields): string | undefined {
  for (const name of ['download_url', 'home_page']) {
    const value = fields[name]?.[0];
    if (value !== undefined && !/^https?:/i.test(value)) {
      return `${quoted(value)} is not a valid url.`;
    }
  }
  if (fields['license'] !== undefined && fields['license_expression'] !== undefined) {
    return 'License is deprecated when License-Expression is present. Only License-Expression should be present.';
  }
  if ([...(fields['summary']?.[0] ?? '')].length > maximumSummaryCharacters) {
    return `'summary' field must be ${maximumSummaryCharacters} characters or less.`;
  }
  return undefined;
}
