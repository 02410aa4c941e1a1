/**
 * Reading the core metadata of a wheel: `<project>-<version>.dist-info/METADATA`, found through the archive's
 * directory, without reading the rest of the file. What the archive must look like as a whole is the checks' subject.
 *
 * @see PEP 427, "File contents"; PEP 491.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { archiveFormat } from './archive-format.ts';
import { METADATA_LIMIT_BYTES, type MetadataFile } from './core-metadata.ts';
import { DistributionError, tooLarge } from './distribution-error.ts';
import { type Entry, entryName, forEachEntry, hasUnicodePath, openZip, type ZipFile } from './zip-reader.ts';

const BUILD_AGAIN = 'Build the wheel again: `python -m build --wheel`.';

/** The directory in which the metadata of a wheel must lie, spelt from the literal parts of its file name. */
export function expectedDistInfoDirectory(filename: string): string {
  const [projectName = '', version = ''] = filename.replace(/\.whl$/i, '').split('-');
  return `${projectName}-${version}.dist-info`;
}

/**
 * Read the METADATA of a wheel. The directory that the file name asks for wins; when there is none but one spelt
 * differently, that one is read (the result's `path` tells), so that a check can name the difference.
 * @throws {DistributionError} not a ZIP archive, damaged, no METADATA, several candidates, or more than 16 MiB of it.
 */
export async function readWheelMetadata(path: string): Promise<MetadataFile> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const zip = await openArchive(file, path, size);
    const entry = await findMetadata(zip, path);
    return { path: entryName(entry), content: await readEntry(zip, entry, path) };
  } finally {
    await file.close();
  }
}

async function openArchive(file: FileHandle, path: string, sizeBytes: number): Promise<ZipFile> {
  const format = await archiveFormat(file);
  if (format.kind !== 'zip') {
    throw new DistributionError({
      file: path,
      message: `\`${path}\` is not a wheel: it is ${format.description}, where a wheel is a ZIP archive.`,
      hint: BUILD_AGAIN,
    });
  }
  try {
    return await openZip(file, sizeBytes);
  } catch (cause) {
    throw damaged(path, 'the directory at its end', cause);
  }
}

async function findMetadata(zip: ZipFile, path: string): Promise<Entry> {
  const expected = `${expectedDistInfoDirectory(basename(path))}/METADATA`;
  let wanted: Entry | undefined;
  const others = new Map<string, Entry>();
  try {
    await forEachEntry(zip, (entry) => {
      // The bytes tell for nearly all entries; decoding 13 000 names would take longer than the rest.
      if (!endsInMetadata(entry.fileNameRaw) && !hasUnicodePath(entry)) return;
      const name = entryName(entry);
      // The last of several entries with one name is the one that installers see.
      if (name === expected) wanted = entry;
      else if (/^[^/]+\.dist-info\/METADATA$/.test(name)) others.set(name, entry);
    });
  } catch (cause) {
    throw damaged(path, "the archive's directory", cause);
  }
  if (wanted !== undefined) return wanted;
  const [only, ...more] = others.values();
  if (only !== undefined && more.length === 0) return only;
  const found = [...others.keys()].map((name) => `\`${name}\``).join(', ');
  throw new DistributionError({
    file: path,
    message:
      only === undefined
        ? `\`${path}\` has no core metadata: there is no \`${expected}\` in it.`
        : `\`${path}\` has no \`${expected}\`, but several others: ${found}.`,
    hint: `${BUILD_AGAIN} If the file was renamed, give it back the name it was built with.`,
  });
}

const METADATA_SUFFIX = Buffer.from('/METADATA');

function endsInMetadata(name: Buffer): boolean {
  const start = name.length - METADATA_SUFFIX.length;
  return start > 0 && name.compare(METADATA_SUFFIX, 0, METADATA_SUFFIX.length, start) === 0;
}

async function readEntry(zip: ZipFile, entry: Entry, path: string): Promise<Buffer> {
  const name = entryName(entry);
  if (entry.uncompressedSize > METADATA_LIMIT_BYTES) throw tooLarge(path, name, entry.uncompressedSize);
  let content: Buffer;
  try {
    const stream = await zip.openReadStreamPromise(entry);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    content = Buffer.concat(chunks);
  } catch (cause) {
    throw damaged(path, `\`${name}\``, cause);
  }
  if (crc32(content) !== entry.crc32) {
    throw damaged(path, `\`${name}\``, new Error('the CRC-32 of the data is not the one in the directory'));
  }
  return content;
}

function damaged(path: string, place: string, cause: unknown): DistributionError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DistributionError({
    file: path,
    message: `\`${path}\` is damaged: ${place} cannot be read (${reason.replace(/\.$/, '')}).`,
    hint: `${BUILD_AGAIN} If it was downloaded or passed between jobs, the copy may be incomplete.`,
    cause,
  });
}
