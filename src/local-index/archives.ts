/**
 * A look into uploaded archives, as far as the index needs it: whether the file is an archive at all, and the members
 * of a wheel that must be there. A small reader of ZIP directories and of one TAR header; it does not judge framing or
 * contents the way PyPI does.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, inflateRaw } from 'node:zlib';
import { quoted, Refusal } from './answers.ts';

const inflate = promisify(inflateRaw);
const tarBlockBytes = 512;
const gzipSampleBytes = 8 * 1024;
const endRecordBytes = 22;
const maximumCommentBytes = 0xffff;
const zip64Mark = 0xffffffff;
const zip64LocatorBytes = 20;
const zip64RecordBytes = 56;
const maximumDirectoryBytes = 64 * 1024 * 1024;
const maximumMetadataBytes = 32 * 1024 * 1024;

/** @throws {Refusal} 400 when the file is not what its extension says. */
export async function checkArchive(path: string, filename: string): Promise<void> {
  if (filename.endsWith('.tar.gz')) {
    if (!(await isTarGz(path))) {
      throw new Refusal(400, 'Invalid distribution file. File is not a tarfile');
    }
  } else if ((await readZipMembers(path)) === undefined) {
    throw new Refusal(400, 'Invalid distribution file. File is not a zipfile');
  }
}

/**
 * The METADATA of a wheel.
 * @returns `undefined` when it is compressed in a way that this reader does not know.
 * @throws {Refusal} 400 when RECORD or METADATA is missing.
 */
export async function readWheelMetadata(path: string, filename: string): Promise<Buffer | undefined> {
  const members = (await readZipMembers(path)) ?? [];
  const folder = `${filename.split('-').slice(0, 2).join('-')}.dist-info`;
  for (const name of ['RECORD', 'METADATA']) {
    if (!members.some((member) => member.name === `${folder}/${name}`)) {
      const problem = `does not contain the required ${name} file: ${folder}/${name}`;
      throw new Refusal(400, `Wheel ${quoted(filename)} ${problem}`);
    }
  }
  const member = members.find((item) => item.name === `${folder}/METADATA`);
  return member === undefined ? undefined : await readMember(path, member);
}

interface ZipMember {
  readonly name: string;
  readonly method: number;
  readonly compressedBytes: number;
  readonly headerOffset: number;
}

async function readZipMembers(path: string): Promise<ZipMember[] | undefined> {
  return await withFile(path, async (handle) => {
    const { size } = await handle.stat();
    const tail = await readAt(handle, Math.max(0, size - endRecordBytes - maximumCommentBytes), size);
    const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    if (end < 0 || end + endRecordBytes > tail.length) {
      return undefined;
    }
    let length = tail.readUInt32LE(end + 12);
    let start = tail.readUInt32LE(end + 16);
    if (length === zip64Mark || start === zip64Mark) {
      const wide = await readZip64Record(handle, tail.subarray(Math.max(0, end - zip64LocatorBytes), end));
      if (wide === undefined) {
        return undefined;
      }
      [start, length] = wide;
    }
    if (length > maximumDirectoryBytes || start + length > size) {
      return undefined;
    }
    return parseDirectory(await readAt(handle, start, start + length));
  });
}

/** Offset and length of the directory in an archive that does not fit the old record. */
async function readZip64Record(handle: FileHandle, locator: Buffer): Promise<readonly [number, number] | undefined> {
  if (locator.length < zip64LocatorBytes || locator.readUInt32LE(0) !== 0x07064b50) {
    return undefined;
  }
  const offset = Number(locator.readBigUInt64LE(8));
  const record = await readAt(handle, offset, offset + zip64RecordBytes);
  if (record.length < zip64RecordBytes || record.readUInt32LE(0) !== 0x06064b50) {
    return undefined;
  }
  return [Number(record.readBigUInt64LE(48)), Number(record.readBigUInt64LE(40))];
}

function parseDirectory(directory: Buffer): ZipMember[] | undefined {
  const members: ZipMember[] = [];
  let position = 0;
  while (position + 46 <= directory.length && directory.readUInt32LE(position) === 0x02014b50) {
    const nameLength = directory.readUInt16LE(position + 28);
    const rest = directory.readUInt16LE(position + 30) + directory.readUInt16LE(position + 32);
    members.push({
      name: directory.subarray(position + 46, position + 46 + nameLength).toString('utf8'),
      method: directory.readUInt16LE(position + 10),
      compressedBytes: directory.readUInt32LE(position + 20),
      headerOffset: directory.readUInt32LE(position + 42),
    });
    position += 46 + nameLength + rest;
  }
  return position === directory.length ? members : undefined;
}

async function readMember(path: string, member: ZipMember): Promise<Buffer | undefined> {
  return await withFile(path, async (handle) => {
    const header = await readAt(handle, member.headerOffset, member.headerOffset + 30);
    if (header.length < 30 || member.compressedBytes > maximumMetadataBytes) {
      return undefined;
    }
    const start = member.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const stored = await readAt(handle, start, start + member.compressedBytes);
    switch (member.method) {
      case 0:
        return stored;
      case 8:
        return await inflate(stored, { maxOutputLength: maximumMetadataBytes }).catch(() => undefined);
      default:
        return undefined;
    }
  });
}

/** Whether a gzip stream begins with a TAR header whose checksum fits, or with the zeros of an empty archive. */
async function isTarGz(path: string): Promise<boolean> {
  const block = await firstUnpackedBytes(path, tarBlockBytes);
  if (block.length < tarBlockBytes) {
    return false;
  }
  let sum = 0;
  for (const [index, byte] of block.entries()) {
    sum += index >= 148 && index < 156 ? 0x20 : byte;
  }
  const recorded = Number.parseInt(block.subarray(148, 156).toString('latin1'), 8);
  return recorded === sum || block.every((byte) => byte === 0);
}

/**
 * The beginning of what is in a gzip file (RFC 1952). The header is read here because Node's own reader gives nothing at
 * all for a small file with something after its end, which PyPI accepts.
 */
async function firstUnpackedBytes(path: string, length: number): Promise<Buffer> {
  const packed = await withFile(path, async (handle) => await readAt(handle, 0, gzipSampleBytes));
  const start = gzipHeaderBytes(packed);
  if (start === undefined) {
    return Buffer.alloc(0);
  }
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  const unpacked = await inflate(packed.subarray(start), options).catch(() => Buffer.alloc(0));
  return unpacked.subarray(0, length);
}

function gzipHeaderBytes(packed: Buffer): number | undefined {
  if (packed.length < 10 || packed.readUInt16BE(0) !== 0x1f8b || packed[2] !== 8) {
    return undefined;
  }
  const flags = packed[3] ?? 0;
  let position = 10;
  if ((flags & 4) !== 0 && packed.length >= 12) {
    position += 2 + packed.readUInt16LE(10);
  }
  // File name, then comment, each ended by a zero.
  for (const flag of [8, 16]) {
    if ((flags & flag) !== 0) {
      const end = packed.indexOf(0, position);
      if (end < 0) {
        return undefined;
      }
      position = end + 1;
    }
  }
  return (flags & 2) === 0 ? position : position + 2;
}

async function withFile<Result>(path: string, use: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  const handle = await open(path, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}
