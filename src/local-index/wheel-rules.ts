/**
 * What PyPI asks of the inside of a wheel: license files that the metadata names, a RECORD that can be read, entry
 * points that are well-formed, METADATA.
 * @see https://packaging.python.org/en/latest/specifications/binary-distribution-format/
 */

import { Refusal } from './answers.ts';
import type { ArchiveBytes } from './archive-file.ts';
import { findMember, readZipMember, type ZipMember } from './zip-archive.ts';

const longestField = 131_072;
/** Where Python's `splitlines` breaks a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the information separators are line breaks to Python
const lineBreaks = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/**
 * Check the files in a wheel's `.dist-info`.
 * @returns METADATA, which is served beside the wheel.
 * @throws {Refusal} 400.
 */
export function checkWheelContents(
  bytes: ArchiveBytes,
  members: readonly ZipMember[],
  filename: string,
  licenseFiles: readonly string[],
): Buffer {
  const [name = '', version = ''] = filename.split('-');
  const folder = `${name}-${version}.dist-info`;
  const read = (path: string) => {
    const member = findMember(members, `${folder}/${path}`);
    return member === undefined ? undefined : readZipMember(bytes, member);
  };
  for (const file of licenseFiles) {
    const path = `licenses/${file}`;
    if (read(path) === undefined) {
      const where = `distribution file ${filename} at ${folder}/${path}`;
      throw new Refusal(400, `License-File ${file} does not exist in ${where}`);
    }
  }
  const record = read('RECORD');
  if (record === undefined || !isReadableRecord(record)) {
    throw missing(filename, 'RECORD', folder);
  }
  const entryPoints = read('entry_points.txt');
  if (entryPoints !== undefined && !areEntryPoints(entryPoints)) {
    throw new Refusal(400, `Wheel '${filename}' has invalid entry points defined in the entry_points.txt file`);
  }
  const metadata = read('METADATA');
  if (metadata === undefined) {
    throw missing(filename, 'METADATA', folder);
  }
  return metadata;
}

function missing(filename: string, file: string, folder: string): Refusal {
  return new Refusal(400, `Wheel '${filename}' does not contain the required ${file} file: ${folder}/${file}`);
}

/**
 * Whether RECORD can be read as CSV. What it lists is not compared here: PyPI only writes a mail about differences.
 * @throws {Refusal} for an empty line, on which PyPI crashes.
 */
function isReadableRecord(content: Buffer): boolean {
  const text = utf8(content);
  if (text === undefined) {
    return false;
  }
  const lines = text.split(lineBreaks);
  if (lines.at(-1) === '') {
    lines.pop();
  }
  let isQuoted = false;
  let length = 0;
  for (const line of lines) {
    if (line === '' && !isQuoted) {
      throw new Refusal(400, 'RECORD has an empty line; PyPI answers 500 to it.');
    }
    let atStart = !isQuoted;
    for (const character of line) {
      length += 1;
      if (character === '"' && (atStart || isQuoted)) {
        isQuoted = !isQuoted;
      } else if (character === ',' && !isQuoted) {
        length = 0;
      }
      atStart = character === ',' && !isQuoted;
      if (length > longestField) {
        return false;
      }
    }
    length = isQuoted ? length : 0;
  }
  return true;
}

/** Whether the text is INI as Python's `configparser` reads it (strict, `=` only), with names that scripts may have. */
function areEntryPoints(content: Buffer): boolean {
  const sections = readIni(utf8(content));
  return (
    sections !== undefined &&
    ['console_scripts', 'gui_scripts'].every((name) => {
      const options = sections.get(name);
      const all = options === undefined ? [] : [...options, ...(sections.get('DEFAULT') ?? [])];
      return all.every((option) => /^[\p{L}\p{N}_.-]+$/u.test(option));
    })
  );
}

/** Option names by section; `undefined` for what is not well-formed. A byte order mark stands before any section. */
function readIni(text: string | undefined): Map<string, Set<string>> | undefined {
  if (text?.startsWith('\ufeff') === true) {
    return undefined;
  }
  const sections = new Map<string, Set<string>>();
  let options: Set<string> | undefined;
  let hasOption = false;
  let indent = 0;
  for (const line of text?.split('\n') ?? []) {
    const value = line.trim();
    if (value === '' || /^[#;]/.test(value)) {
      continue;
    }
    const indented = line.length - line.trimStart().length;
    if (hasOption && indented > indent) {
      continue;
    }
    indent = indented;
    const section = /^\[(.+)\]/.exec(value)?.[1];
    if (section !== undefined) {
      if (sections.has(section) && section !== 'DEFAULT') {
        return undefined;
      }
      options = sections.get(section) ?? new Set();
      sections.set(section, options);
      hasOption = false;
      continue;
    }
    const option = /^([^=]*?)\s*=/.exec(value)?.[1];
    if (options === undefined || option === undefined || option === '' || options.has(option)) {
      return undefined;
    }
    options.add(option);
    hasOption = true;
  }
  return text === undefined ? undefined : sections;
}

function utf8(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}
