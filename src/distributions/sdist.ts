/**
 * Reading the core metadata of a source distribution: PKG-INFO in the one top-level directory of a `.tar.gz`.
 *
 * The archive is read as a stream and no further than PKG-INFO, so memory does not depend on its size. What the rest
 * of it must look like is the checks' subject.
 *
 * @see PEP 625 and PEP 643; "Source distribution format", packaging.python.org.
 */

import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { type Extract, extract } from 'tar-stream';
import { archiveFormat } from './archive-format.ts';
import { METADATA_LIMIT_BYTES, type MetadataFile } from './core-metadata.ts';
import { DistributionError, tooLarge } from './distribution-error.ts';

const BUILD_AGAIN = 'Build the sdist again: `python -m build --sdist`.';

/** Node's default of 16 KiB makes decompression half as fast. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Read the PKG-INFO of a `.tar.gz`: a regular file exactly one directory deep. Archives whose only top-level
 * directory holds another directory with everything in it are understood too (indexes take them).
 * @throws {DistributionError} not a gzipped tar archive, truncated or damaged, no PKG-INFO, several top-level
 *   directories, or more than 16 MiB of it.
 */
export async function readSdistMetadata(path: string): Promise<MetadataFile> {
  const file = await open(path, 'r');
  try {
    await refuseOtherFormats(file, path);
    try {
      return await readArchive(path, 0, createGunzip({ chunkSize: CHUNK_BYTES }));
    } catch (error) {
      // Python stops at the end of the tar archive, before it would look at the gzip trailer. So do indexes and
      // installers; zlib instead discards the last block together with a wrong checksum.
      const headerBytes = isTrailerError(error) ? await gzipHeaderBytes(file) : undefined;
      if (headerBytes === undefined) throw error;
      return await readArchive(path, headerBytes, createInflateRaw({ chunkSize: CHUNK_BYTES }));
    }
  } finally {
    await file.close();
  }
}

async function readArchive(path: string, start: number, inflate: Transform): Promise<MetadataFile> {
  const archive = extract();
  const source = createReadStream(path, { start, highWaterMark: CHUNK_BYTES });
  const flowing = pipeline(source, inflate, archive);
  // Its failure also ends the search, which reports it; a search that ends early makes it fail without meaning.
  flowing.catch(() => {});
  try {
    return await findMetadata(archive, path);
  } finally {
    await flowing.catch(() => {});
  }
}

function isTrailerError(error: unknown): boolean {
  const cause = error instanceof DistributionError ? error.cause : undefined;
  return (
    cause instanceof Error &&
    /^(?:incorrect (?:data|length|header) check|unknown compression method|unknown header flags set|header crc mismatch)$/.test(
      cause.message,
    )
  );
}

/** Length of the gzip header at the start of a file (RFC 1952, section 2.3); `undefined` for one beyond 64 KiB. */
async function gzipHeaderBytes(file: FileHandle): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
  const flags = buffer[3] ?? 0;
  let end = 10;
  if (flags & 0x04) end += 2 + buffer.readUInt16LE(end);
  // File name, then comment: each ends in a zero byte.
  for (const flag of [0x08, 0x10]) {
    if (flags & flag) end = buffer.indexOf(0, end) + 1;
    if (end === 0) return undefined;
  }
  if (flags & 0x02) end += 2;
  return end < bytesRead ? end : undefined;
}

/** A `.zip` sdist is not even opened. */
export function zipSdistError(path: string): DistributionError {
  return new DistributionError({
    file: path,
    message: `\`${path}\` is a \`.zip\` source distribution; PyPI accepts only \`.tar.gz\` (PEP 625).`,
    hint: `${BUILD_AGAIN} In \`setup.cfg\`, remove \`formats = zip\` from \`[sdist]\`.`,
  });
}

async function refuseOtherFormats(file: FileHandle, path: string): Promise<void> {
  const format = await archiveFormat(file);
  if (format.kind === 'gzip') return;
  throw new DistributionError({
    file: path,
    message: `\`${path}\` is not a source distribution: it is ${format.description}, where a tar archive compressed with gzip is expected.`,
    hint: `${BUILD_AGAIN} Renaming a file does not change its format.`,
  });
}

async function findMetadata(archive: Extract, path: string): Promise<MetadataFile> {
  const topLevel = new Set<string>();
  let commonParts: readonly string[] | undefined;
  let nested: (MetadataFile & { readonly directory: readonly string[] }) | undefined;
  let notRegular: string | undefined;
  try {
    for await (const entry of archive) {
      const { name } = entry.header;
      const parts = name.split('/').filter((part) => part !== '' && part !== '.');
      if (parts[0] !== undefined) topLevel.add(parts[0]);
      commonParts = commonParts === undefined ? parts : sharedStart(commonParts, parts);
      const directory = parts.slice(0, -1);
      const isCandidate = parts.at(-1) === 'PKG-INFO' && directory.length > 0 && !name.endsWith('/');
      if (
        isCandidate &&
        topLevel.size === 1 &&
        directory.length < (nested?.directory.length ?? Number.POSITIVE_INFINITY)
      ) {
        if (entry.header.type !== 'file' && entry.header.type !== 'contiguous-file') {
          notRegular ??= `\`${name}\` is a ${entry.header.type ?? 'special file'}`;
        } else {
          const found = { path: name, content: await readEntry(entry, path), directory };
          if (directory.length === 1) return found;
          nested = found;
        }
      }
      entry.resume();
    }
  } catch (cause) {
    throw cause instanceof DistributionError ? cause : damaged(path, cause);
  }
  if (nested !== undefined && topLevel.size === 1 && nested.directory.length === commonParts?.length) return nested;
  throw noMetadata(path, topLevel, notRegular);
}

type Entry = Extract extends AsyncIterable<infer Item> ? Item : never;

async function readEntry(entry: Entry, path: string): Promise<Buffer> {
  const { name, size = 0 } = entry.header;
  if (size > METADATA_LIMIT_BYTES) throw tooLarge(path, name, size);
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function sharedStart(left: readonly string[], right: readonly string[]): readonly string[] {
  const end = left.findIndex((part, index) => part !== right[index]);
  return end === -1 ? left : left.slice(0, end);
}

function noMetadata(path: string, topLevel: ReadonlySet<string>, notRegular: string | undefined): DistributionError {
  const names = [...topLevel].map((name) => `\`${name}\``);
  const listed = names.length > 5 ? [...names.slice(0, 5), '…'] : names;
  let message = `\`${path}\` has no core metadata: there is no \`${[...topLevel][0] ?? '<project>-<version>'}/PKG-INFO\` in it.`;
  if (topLevel.size > 1)
    message = `\`${path}\` must have one top-level directory, and has several: ${listed.join(', ')}.`;
  else if (topLevel.size === 0) message = `\`${path}\` is an empty archive.`;
  else if (notRegular !== undefined) message = `\`${path}\` has no core metadata: ${notRegular}, not a regular file.`;
  return new DistributionError({
    file: path,
    message,
    hint: `${BUILD_AGAIN} An archive of the repository (such as a forge's download) is not a source distribution.`,
  });
}

function damaged(path: string, cause: unknown): DistributionError {
  const code = (cause as NodeJS.ErrnoException).code;
  const text = cause instanceof Error ? cause.message : String(cause);
  let reason = `it is not a readable tar archive (${text})`;
  if (code === 'Z_BUF_ERROR' || /unexpected end/i.test(text)) reason = 'it ends too early';
  else if (code?.startsWith('Z_')) reason = `its gzip data cannot be decompressed (${text})`;
  return new DistributionError({
    file: path,
    message: `\`${path}\` is damaged: ${reason}.`,
    hint: `${BUILD_AGAIN} If it was downloaded or passed between jobs, the copy may be incomplete.`,
    cause,
  });
}
