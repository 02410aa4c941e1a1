/**
 * Uploaded archives: whether PyPI could read one, and what it checks inside. How ZIP and TAR are read and which framing
 * is accepted is in the files named after them.
 * @see https://docs.pypi.org/archives/
 */

import { rmSync } from 'node:fs';
import { Refusal } from './answers.ts';
import { type ArchiveBytes, ArchiveFile } from './archive-file.ts';
import { isScanned, prohibitedContent } from './prohibited-content.ts';
import { BadTar, commonPath, isTar, type TarMember, visitTarMembers } from './tar-rules.ts';
import { checkWheelContents } from './wheel-rules.ts';
import { BadZip, findMember, isZip, readZipMember, type ZipMember, zipMembers } from './zip-archive.ts';
import { zipFramingProblem } from './zip-rules.ts';

const unpackedLimitBytes = 64 * 1024 * 1024;
const maximumRatio = 50;
const help = 'See https://docs.pypi.org/archives for more information';

/** An archive that was read, for the checks that come later. */
export type OpenArchive =
  | { readonly kind: 'zip'; readonly bytes: ArchiveBytes; readonly members: readonly ZipMember[] }
  | { readonly kind: 'tar'; readonly names: readonly string[] };

/**
 * Check an archive, then `use` it; it is closed afterwards.
 * @throws {Refusal} 400 when the file is not what its extension says, or has something in it that PyPI refuses.
 */
export async function withArchive<Result>(
  path: string,
  filename: string,
  use: (archive: OpenArchive) => Result,
): Promise<Result> {
  const file = new ArchiveFile(path);
  try {
    return use(await checkArchive(file, `${path}.unpacked`, filename));
  } finally {
    file.close();
  }
}

async function checkArchive(file: ArchiveFile, unpackedPath: string, filename: string): Promise<OpenArchive> {
  try {
    return filename.endsWith('.tar.gz') ? await checkTar(file, unpackedPath) : await checkZip(file, filename);
  } catch (error) {
    if (error instanceof BadZip || error instanceof BadTar) {
      throw invalid(error instanceof BadTar ? error.message : 'None');
    }
    throw error;
  } finally {
    rmSync(unpackedPath, { force: true });
  }
}

/**
 * The METADATA of a wheel, once the files of its `.dist-info` are in order.
 * @throws {Refusal} 400.
 */
export function wheelMetadata(archive: OpenArchive, filename: string, licenseFiles: readonly string[]): Buffer {
  if (archive.kind !== 'zip') {
    throw invalid('None');
  }
  try {
    return checkWheelContents(archive.bytes, archive.members, filename, licenseFiles);
  } catch (error) {
    if (error instanceof BadZip) {
      throw new Refusal(400, `A member of ${filename} cannot be read (${error.message}); PyPI answers 500 to it.`);
    }
    throw error;
  }
}

/** @throws {Refusal} 400 for a license file that the metadata names and the archive does not have. */
export function checkSdistLicenses(archive: OpenArchive, filename: string, licenseFiles: readonly string[]): void {
  const names = archive.kind === 'tar' ? archive.names : [];
  const top = commonPath(names) ?? '';
  for (const file of licenseFiles) {
    if (!names.includes(`${top}/${file}`.replace(/\/+$/, ''))) {
      const where = `distribution file ${filename} at ${top}/${file}`;
      throw new Refusal(400, `License-File ${file} does not exist in ${where}`);
    }
  }
}

async function checkTar(file: ArchiveBytes, unpackedPath: string): Promise<OpenArchive> {
  const hasBoth = isZip(file) && (await isTar(file));
  if (hasBoth) {
    throw invalid('File is both a zip and a tar file');
  }
  return visitTarMembers(file, unpackedPath, (members) => {
    checkTarMembers(members);
    return { kind: 'tar', names: members.map((member) => member.name) };
  });
}

function checkTarMembers(members: readonly TarMember[]): void {
  const names = members.map((member) => member.name);
  const top = commonPath(names);
  if (top === undefined) {
    throw invalid('Absolute and relative names are mixed; PyPI answers 500 to it.');
  }
  if (members.some((member) => member.isSparse)) {
    throw invalid(`tar archive not accepted: Sparse members are not allowed. ${help}`);
  }
  checkTop(top);
  if (!names.includes(`${top}/PKG-INFO`)) {
    throw invalid(`PKG-INFO not found at ${top}/PKG-INFO`);
  }
  for (const member of members) {
    if (member.isFile && isScanned(member.name)) {
      checkContent(member.read());
    }
  }
}

async function checkZip(bytes: ArchiveBytes, filename: string): Promise<OpenArchive> {
  if (!isZip(bytes)) {
    throw invalid('File is not a zipfile');
  }
  if (await isTar(bytes)) {
    throw invalid('File is both a zip and a tar file');
  }
  const members = zipMembers(bytes);
  const unpacked = members.reduce((sum, member) => sum + member.sizeBytes, 0);
  if (unpacked > unpackedLimitBytes && unpacked / bytes.length > maximumRatio) {
    throw invalid(`File exceeds compression ratio of ${maximumRatio}`);
  }
  if (members.some((member) => member.method !== 0 && member.method !== 8)) {
    throw invalid('File does not use a supported compression type');
  }
  readRequired(bytes, members, filename);
  for (const member of members) {
    if (!member.name.endsWith('/') && isScanned(member.name)) {
      checkContent(readZipMember(bytes, findMember(members, member.name) ?? member));
    }
  }
  const problem = zipFramingProblem(bytes, members);
  if (problem !== undefined) {
    throw invalid(`ZIP archive not accepted: ${problem}. ${help}`);
  }
  return { kind: 'zip', bytes, members };
}

/** PKG-INFO of a source archive, WHEEL of a wheel: they have to be there, and be readable. */
function readRequired(bytes: ArchiveBytes, members: readonly ZipMember[], filename: string): void {
  let target: string;
  let kind = 'PKG-INFO';
  if (filename.endsWith('.zip')) {
    const top = commonPath(members.map((member) => member.name)) ?? '';
    checkTop(top);
    target = `${top}/PKG-INFO`;
  } else {
    const [name, version, rest] = filename.split('-');
    if (rest === undefined) {
      throw invalid('Unable to parse name and version from wheel filename');
    }
    kind = 'WHEEL';
    target = `${name}-${version}.dist-info/WHEEL`;
  }
  const member = findMember(members, target);
  if (member === undefined) {
    throw invalid(`${kind} not found at ${target}`);
  }
  readZipMember(bytes, member);
}

function checkTop(top: string): void {
  if (['.', '/', ''].includes(top)) {
    throw invalid('Incorrect number of top-level directories in sdist');
  }
}

function checkContent(content: Buffer): void {
  const problem = prohibitedContent(content);
  if (problem !== undefined) {
    throw invalid(problem);
  }
}

function invalid(detail: string): Refusal {
  return new Refusal(400, `Invalid distribution file. ${detail}`);
}
