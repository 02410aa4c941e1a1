/**
 * Rules for the file name of an upload: characters and extension first, then, much later, the name's parts against the
 * project's name and version. Source distributions after PEP 625, wheels after the binary distribution format.
 * @see https://packaging.python.org/en/latest/specifications/binary-distribution-format/
 */

import { helpText, quoted, Refusal } from './answers.ts';
import type { Filetype } from './form-fields.ts';
import { normalizeName, type PythonVersion, parsePythonVersion } from './python-version.ts';

/** @throws {Refusal} 400 for characters and extensions that no upload may have. */
export function checkFilenameShape(filename: string, filetype: Filetype): void {
  if ([...filename].some((character) => isControl(character.codePointAt(0) ?? 0))) {
    throw new Refusal(
      400,
      'Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL character (ordinal 127) in the name.',
    );
  }
  if (filename.includes('/') || filename.includes('\\')) {
    throw new Refusal(400, "Cannot upload a file with '/' or '\\' in the name.");
  }
  const extension = /^[^\n]+?(\.(?:tar\.gz|zip|whl))$/i.exec(filename)?.[1];
  if (extension === undefined) {
    const help = 'See https://pypi.org/help/#invalid-file-extension and https://peps.python.org/pep-0715/';
    throw new Refusal(400, `Invalid file extension: Use .tar.gz, .whl or .zip extension. ${help} for more information`);
  }
  const allowed = filetype === 'sdist' ? ['.tar.gz', '.zip'] : ['.whl'];
  if (!allowed.includes(extension)) {
    const help = helpText('valid-extensions');
    throw new Refusal(
      400,
      `Invalid file extension: Extension ${extension} is invalid for filetype ${filetype}. ${help}`,
    );
  }
}

/** @throws {Refusal} 400 when the name is not `name-version.tar.gz` in normalised spelling. */
export function checkSdistFilename(filename: string, projectName: string, version: PythonVersion): void {
  const stem = filename.replace(/\.(?:tar\.gz|zip)$/, '');
  const dash = stem.lastIndexOf('-');
  if (dash < 0 || parsePythonVersion(stem.slice(dash + 1)) === undefined) {
    throw new Refusal(400, `Invalid source distribution filename: ${filename}`);
  }
  const expected = `${fileNamePart(projectName)}-${version.text}.tar.gz`;
  const name = nameInSdist(filename, dash, projectName, version);
  if (normalizeName(name) !== normalizeName(projectName)) {
    throw wrongStart(projectName);
  }
  if (filename !== expected) {
    throw new Refusal(400, `Filename ${quoted(filename)} is invalid, should be ${quoted(expected)}.`);
  }
}

/** @throws {Refusal} 400 when the name does not parse, is not for this project and version, or has a refused platform. */
export function checkWheelFilename(filename: string, projectName: string, version: PythonVersion): void {
  const stem = filename.replace(/\.whl$/, '');
  const parts = stem.split('-');
  const [name = '', versionText = ''] = parts;
  if (parts.length !== 5 && parts.length !== 6) {
    throw new Refusal(400, `Invalid wheel filename (wrong number of parts): ${quoted(stem)}`);
  }
  if (name.includes('__') || !/^[\p{L}\p{N}_.]*$/u.test(name)) {
    throw new Refusal(400, `Invalid project name: ${quoted(stem)}`);
  }
  const fileVersion = parsePythonVersion(versionText);
  if (fileVersion === undefined) {
    throw new Refusal(400, `Invalid wheel filename (invalid version): ${quoted(stem)}`);
  }
  const build = parts.length === 6 ? (parts[2] ?? '') : '1';
  if (!/^[0-9]/.test(build)) {
    throw new Refusal(400, `Invalid build number: ${build} in ${quoted(stem)}`);
  }
  for (const tag of (parts.at(-1) ?? '').toLowerCase().split('.')) {
    if (!isAllowedPlatform(tag)) {
      throw new Refusal(400, `Binary wheel ${quoted(filename)} has an unsupported platform tag ${quoted(tag)}.`);
    }
  }
  if (normalizeName(name) !== normalizeName(projectName)) {
    throw wrongStart(projectName);
  }
  const expectedName = fileNamePart(projectName);
  if (name !== expectedName) {
    throw new Refusal(
      400,
      `Filename ${quoted(filename)} should contain the normalized project name ${quoted(expectedName)}, not ${quoted(name)}.`,
    );
  }
  if (fileVersion.key !== version.key) {
    throw new Refusal(400, `Version in filename should be ${quoted(version.text)} not ${quoted(fileVersion.text)}.`);
  }
}

const exactPlatforms = new Set([
  'any',
  'win32',
  'win_arm64',
  'win_amd64',
  'win_ia64',
  'manylinux1_x86_64',
  'manylinux1_i686',
  'manylinux2010_x86_64',
  'manylinux2010_i686',
  ...['x86_64', 'i686', 'aarch64', 'armv7l', 'ppc64', 'ppc64le', 's390x'].map((arch) => `manylinux2014_${arch}`),
  'linux_armv6l',
  'linux_armv7l',
]);

const macArchitectures = '(?:ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2)$';
/** Two of them leave the end open, as on PyPI. */
const platformPatterns = [
  new RegExp(`^macosx_10_\\d+_${macArchitectures}`),
  new RegExp(`^macosx_(?:11|12|13|14|15|26)_0_${macArchitectures}`),
  /^manylinux_\d+_\d+_(?:x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64|ppc64)$/,
  /^musllinux_\d+_\d+_(?:x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64)$/,
  /^ios_\d+_\d+_(?:arm64|x86_64)_(?:iphoneos|iphonesimulator)/,
  /^android_\d+_(?:armeabi_v7a|arm64_v8a|x86|x86_64)$/,
  /^pyemscripten_\d+_\d+_wasm32/,
];

function isAllowedPlatform(tag: string): boolean {
  return exactPlatforms.has(tag) || platformPatterns.some((pattern) => pattern.test(tag));
}

/** The name before the version; of a post-release written with a hyphen what is left of the second last hyphen. */
function nameInSdist(filename: string, dash: number, projectName: string, version: PythonVersion): string {
  const name = filename.slice(0, dash);
  const earlier = name.lastIndexOf('-');
  const isOther = normalizeName(name) !== normalizeName(projectName);
  return version.isPostRelease && isOther && earlier >= 0 ? name.slice(0, earlier) : name;
}

function fileNamePart(projectName: string): string {
  return normalizeName(projectName).replaceAll('-', '_');
}

function wrongStart(projectName: string): Refusal {
  const expected = fileNamePart(projectName);
  return new Refusal(400, `Start filename for ${quoted(projectName)} with ${quoted(expected)}.`);
}

function isControl(code: number): boolean {
  return code < 0x20 || code === 0x7f;
}
