/**
 * Rules for the metadata fields of an upload, in PyPI's three rounds: shape, the core metadata specification, and
 * PyPI's own. A list per round; the most important failure of a round is the answer, and a later round is looked at only
 * when there is none. The archive is not consulted: PyPI judges the form. Descriptions are not rendered.
 * @see https://packaging.python.org/en/latest/specifications/core-metadata/
 */

import { helpText, quoted, Refusal } from './answers.ts';
import { type FormFields, isProjectName } from './form-fields.ts';
import { classifierProblem } from './metadata-rules/classifiers.ts';
import { contentTypeProblem } from './metadata-rules/content-type.ts';
import { emailProblem } from './metadata-rules/email-addresses.ts';
import { isLicenseExpression } from './metadata-rules/license-expression.ts';
import { isSpecifierSet, parseRequirement } from './metadata-rules/requirements.ts';
import {
  dynamicProblem,
  importNameProblem,
  licenseFileProblem,
  providesExtraProblem,
} from './metadata-rules/simple-fields.ts';
import { isAcceptedUrl } from './metadata-rules/urls.ts';
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
const maximumLabelCharacters = 32;
const coreNames: ReadonlySet<string> = new Set(Object.values(metadataFields).map(([name]) => name));

type Fields = Readonly<Record<string, readonly string[]>>;
/** A problem, by the name that PyPI sorts it under. */
type Problem = readonly [field: string, text: string];

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
  for (const round of [shapeProblems, specificationProblems, indexProblems]) {
    const problems = round(sent);
    const first = mostImportant(problems);
    if (first !== undefined) {
      const [, text] = first;
      const help = text.startsWith('The use of local versions')
        ? helpText('local-version')
        : 'See https://packaging.python.org/specifications/core-metadata for more information.';
      throw new Refusal(400, `${text}${text.endsWith('.') ? '' : '.'} ${help}`);
    }
  }
  return sent;
}

/** Metadata version, name and version come before all others; then the alphabet decides, then the order found. */
function mostImportant(problems: readonly Problem[]): Problem | undefined {
  const fields = [...new Set(problems.map(([field]) => field))].sort();
  const first = ['metadata-version', 'name', 'version', ...fields].find((field) => fields.includes(field));
  return problems.find(([field]) => field === first);
}

function shapeProblems(fields: Fields): Problem[] {
  const labels = (fields['project_urls'] ?? []).map((value) => splitProjectUrl(value).label);
  const repeatedLabel = new Set(labels).size < labels.length;
  return Object.entries(fields)
    .filter(([name, values]) => metadataFields[name]?.[2] === 'once' && values.length > 1)
    .map(([name]) => name)
    .concat(repeatedLabel ? ['project_urls'] : [])
    .map((name) => [name, `${quoted(name)} has invalid data`]);
}

/** One check a field; only those of fields that were sent are asked. */
const specificationChecks: Readonly<Record<string, (values: readonly string[]) => string | undefined>> = {
  name: ([name = '']) => (isProjectName(name) ? undefined : `${quoted(name)} is invalid for 'name'`),
  version: ([version = '']) =>
    parsePythonVersion(version) === undefined ? `${quoted(version)} is invalid for 'version'` : undefined,
  summary: ([summary = '']) => (summary.includes('\n') ? "'summary' must be a single line" : undefined),
  description_content_type: ([type = '']) => contentTypeProblem(type),
  dynamic: (names) => dynamicProblem(names, coreNames),
  provides_extra: providesExtraProblem,
  requires_python: ([text = '']) =>
    isSpecifierSet(text) ? undefined : `${quoted(text)} is invalid for 'requires-python'`,
  requires_dist: (texts) => {
    const wrong = texts.find((text) => parseRequirement(text) === undefined);
    return wrong === undefined ? undefined : `${quoted(wrong)} is invalid for 'requires-dist'`;
  },
  license_expression: ([text = '']) =>
    isLicenseExpression(text) ? undefined : `${quoted(text)} is invalid for 'license-expression'`,
  license_file: licenseFileProblem,
  import_name: (names) => importNameProblem('import-name', names),
  import_namespace: (names) => importNameProblem('import-namespace', names),
};

function specificationProblems(fields: Fields): Problem[] {
  const problems: Problem[] = [];
  const declared = fields['metadata_version']?.[0];
  const age = declared === undefined ? -1 : metadataVersions.indexOf(declared);
  if (age < 0) {
    const shown = declared === undefined ? 'None' : quoted(declared);
    problems.push(['metadata-version', `${shown} is not a valid metadata version`]);
  }
  for (const name of ['name', 'version']) {
    if (fields[name] === undefined) {
      problems.push([name, `${quoted(name)} is a required field`]);
    }
  }
  for (const [name, [coreName, since]] of Object.entries(metadataFields)) {
    const values = fields[name];
    if (values !== undefined) {
      const isEarly = age >= 0 && metadataVersions.indexOf(since) > age;
      const problem = isEarly
        ? `${coreName} introduced in metadata version ${since}, not ${declared}`
        : specificationChecks[name]?.(values);
      if (problem !== undefined) {
        problems.push([coreName, problem]);
      }
    }
  }
  return problems;
}

function indexProblems(fields: Fields): Problem[] {
  const problems: Problem[] = [];
  const version = fields['version']?.[0] ?? '';
  if (parsePythonVersion(version)?.hasLocal === true) {
    const shown = parsePythonVersion(version)?.text ?? version;
    problems.push(['version', `The use of local versions in ${quoted(shown)} is not allowed.`]);
  }
  if ([...(fields['summary']?.[0] ?? '')].length > maximumSummaryCharacters) {
    problems.push(['summary', `'summary' field must be ${maximumSummaryCharacters} characters or less.`]);
  }
  for (const name of ['author_email', 'maintainer_email']) {
    const found = emailProblem(fields[name]?.[0] ?? '');
    if (found !== undefined) {
      problems.push([coreNameOf(name), `${quoted(found.address)} is not a valid email address: ${found.problem}`]);
    }
  }
  const classifier = classifierProblem(fields['classifiers'] ?? []);
  if (classifier !== undefined) {
    problems.push(['classifier', classifier]);
  }
  for (const name of ['home_page', 'download_url']) {
    const url = fields[name]?.[0];
    if (url !== undefined && !isAcceptedUrl(url)) {
      problems.push([coreNameOf(name), `${quoted(url)} is not a valid url.`]);
    }
  }
  for (const value of fields['project_urls'] ?? []) {
    const problem = projectUrlProblem(value);
    if (problem !== undefined) {
      problems.push(['project-url', problem]);
    }
  }
  for (const name of ['provides_dist', 'obsoletes_dist', 'requires_dist']) {
    for (const value of fields[name] ?? []) {
      const requirement = parseRequirement(value);
      if (requirement === undefined) {
        problems.push([coreNameOf(name), `${quoted(value)} is invalid: it is no dependency specifier`]);
      } else if (requirement.hasUrl) {
        const shown = name === 'requires_dist' ? value : quoted(value);
        problems.push([coreNameOf(name), `Can't have direct dependency: ${shown}`]);
      }
    }
  }
  for (const name of fields['dynamic'] ?? []) {
    if (name.toLowerCase() === 'dynamic') {
      problems.push(['dynamic', `Dynamic field ${quoted(name.toLowerCase())} is not a valid dynamic field.`]);
    }
  }
  if (fields['license'] !== undefined && fields['license_expression'] !== undefined) {
    const text = 'License is deprecated when License-Expression is present. Only License-Expression should be present.';
    problems.push(['license', text]);
  }
  return problems;
}

function projectUrlProblem(value: string): string | undefined {
  const { label, url } = splitProjectUrl(value);
  if (label === '') {
    return 'Must have a label';
  }
  if ([...label].length > maximumLabelCharacters) {
    return `${quoted(label)} must be ${maximumLabelCharacters} characters or less.`;
  }
  if (url === '') {
    return 'Must have a URL';
  }
  return isAcceptedUrl(url) ? undefined : `${quoted(url)} is not a valid url`;
}

function splitProjectUrl(value: string): { readonly label: string; readonly url: string } {
  const comma = value.indexOf(',');
  return comma < 0
    ? { label: value.trim(), url: '' }
    : { label: value.slice(0, comma).trim(), url: value.slice(comma + 1).trim() };
}

function coreNameOf(field: string): string {
  return metadataFields[field]?.[0] ?? field;
}
