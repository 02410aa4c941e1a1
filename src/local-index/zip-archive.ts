/**
 * ZIP archives as CPython 3.14 opens them: the end records, the directory, and members read with all the checks that
 * its `zipfile` makes on the way. PyPI opens uploads with it, so what it refuses cannot be uploaded.
 */

import { crc32 } from 'node:zlib';
import type { ArchiveBytes } from './archive-file.ts';
import { inflate } from './inflate.ts';
import { unicodePath } from './zip-extra.ts';

const endBytes = 22;
const maximumComment = 0xffff;
const locatorBytes = 20;
const wideEndBytes = 56;
const entryBytes = 46;
const marks = { end: 0x06054b50, wideEnd: 0x06064b50, locator: 0x07064b50, entry: 0x02014b50, local: 0x04034b50 };
const highestVersion = 63;
const wide = 0xffffffff;

export interface ZipMember {
  /** As CPython calls the member: up to a NUL, or what a Unicode path says. */
  readonly name: string;
  /** As the directory spells it. */
  readonly originalName: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly offset: number;
  /** Where the next member or the directory begins. */
  endOffset: number;
}

/** An archive or a member that cannot be read; `crashes` where PyPI answers 500 instead of a refusal. */
export class BadZip extends Error {
  override readonly name = 'BadZip';
}

interface End {
  readonly entries: number;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly location: number;
  readonly disk: number;
  readonly startDisk: number;
  readonly isWide: boolean;
}

/** Whether CPython takes a file for a ZIP archive: an end record, and a directory where it says. */
export function isZip(bytes: ArchiveBytes): boolean {
  try {
    const end = endOf(bytes);
    if (end === undefined) {
      return false;
    }
    if (end.entries === 0 && end.sizeBytes === 0 && end.offset === 0) {
      return true;
    }
    const start = startOf(end);
    return (
      end.disk === end.startDisk &&
      end.sizeBytes >= entryBytes &&
      start >= 0 &&
      start + entryBytes <= bytes.length &&
      bytes.readUInt32LE(start) === marks.entry
    );
  } catch (error) {
    if (error instanceof BadZip) {
      return false;
    }
    throw error;
  }
}

/** @throws {BadZip} for a directory that cannot be read. */
export function zipMembers(bytes: ArchiveBytes): ZipMember[] {
  const end = endOf(bytes);
  const start = end === undefined ? -1 : startOf(end);
  if (end === undefined || start < 0) {
    throw new BadZip('Bad offset for central directory');
  }
  const prepended = start - end.offset;
  const directory = bytes.subarray(start, start + end.sizeBytes);
  const members: ZipMember[] = [];
  for (let position = 0; position < end.sizeBytes; ) {
    if (position + entryBytes > directory.length || directory.readUInt32LE(position) !== marks.entry) {
      throw new BadZip('The directory is cut off or has no entry where one should be');
    }
    const nameEnd = position + entryBytes + directory.readUInt16LE(position + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(position + 30);
    const rawName = directory.subarray(position + entryBytes, nameEnd);
    members.push(member(directory, position, rawName, directory.subarray(nameEnd, extraEnd), prepended));
    position = extraEnd + directory.readUInt16LE(position + 32);
  }
  let next = start;
  for (const item of [...members].sort((left, right) => right.offset - left.offset)) {
    item.endOffset = next;
    next = item.offset;
  }
  return members;
}

/** The member that counts under a name: the last one. */
export function findMember(members: readonly ZipMember[], name: string): ZipMember | undefined {
  return members.findLast((item) => item.name === name);
}

/** @throws {BadZip} for a member that cannot be read, or not without a password. */
export function readZipMember(bytes: ArchiveBytes, item: ZipMember): Buffer {
  const { offset } = item;
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== marks.local) {
    throw new BadZip('No header where the directory says');
  }
  const nameEnd = offset + 30 + bytes.readUInt16LE(offset + 26);
  const start = nameEnd + bytes.readUInt16LE(offset + 28);
  if ((item.flags & 0x61) !== 0) {
    throw new BadZip('Encrypted or patched data');
  }
  if (nameText(bytes.subarray(offset + 30, nameEnd), item.flags) !== item.originalName) {
    throw new BadZip('The name in the header differs from the one in the directory');
  }
  if (start + item.compressedBytes > item.endOffset && item.endOffset !== offset) {
    throw new BadZip('Members overlap');
  }
  const stored = bytes.subarray(start, start + item.compressedBytes);
  const content = item.method === 0 ? stored : inflate(stored, item.sizeBytes);
  const data = content?.subarray(0, item.sizeBytes);
  if (data === undefined || crc32(data) !== item.crc) {
    throw new BadZip('Damaged data');
  }
  return data;
}

function member(directory: Buffer, at: number, rawName: Buffer, extra: Buffer, prepended: number): ZipMember {
  const flags = directory.readUInt16LE(at + 8);
  const originalName = nameText(rawName, flags);
  if (directory.readUInt16LE(at + 6) % 256 > highestVersion) {
    throw new BadZip('A member needs a newer version of the format');
  }
  let sizeBytes = directory.readUInt32LE(at + 24);
  let compressedBytes = directory.readUInt32LE(at + 20);
  let offset = directory.readUInt32LE(at + 42);
  let name = originalName.split('\0')[0] ?? '';
  for (let rest = extra; rest.length >= 4; ) {
    const length = rest.readUInt16LE(2);
    if (length + 4 > rest.length) {
      throw new BadZip('Corrupt extra field');
    }
    let data = rest.subarray(4, length + 4);
    const take = () => {
      if (data.length < 8) {
        throw new BadZip('Corrupt ZIP64 field');
      }
      const value = Number(data.readBigUInt64LE(0));
      data = data.subarray(8);
      return value;
    };
    if (rest.readUInt16LE(0) === 0x0001) {
      sizeBytes = sizeBytes === wide ? take() : sizeBytes;
      compressedBytes = compressedBytes === wide ? take() : compressedBytes;
      offset = offset === wide ? take() : offset;
    } else if (rest.readUInt16LE(0) === 0x7075) {
      const path = unicodePath(data, rawName);
      if (path === 'corrupt') {
        throw new BadZip('Corrupt Unicode path');
      }
      name = path ?? name;
    }
    rest = rest.subarray(length + 4);
  }
  const method = directory.readUInt16LE(at + 10);
  const crc = directory.readUInt32LE(at + 16);
  offset += prepended;
  return { name, originalName, flags, method, crc, compressedBytes, sizeBytes, offset, endOffset: 0 };
}

/** UTF-8 when the flag says so, else code page 437, whose first half is ASCII. */
function nameText(raw: Buffer, flags: number): string {
  if ((flags & 0x800) === 0) {
    // What matters of the second half is that it differs from UTF-8.
    return [...raw].map((byte) => String.fromCharCode(byte < 0x80 ? byte : 0xe000 + byte)).join('');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new BadZip('A name that is marked as UTF-8 is not');
  }
}

/** Where the directory really begins, whatever stands before the archive. */
function startOf(end: End): number {
  return end.location - end.sizeBytes - (end.isWide ? wideEndBytes + locatorBytes : 0);
}

function endOf(bytes: ArchiveBytes): End | undefined {
  const last = bytes.length - endBytes;
  const isPlain = last >= 0 && bytes.readUInt32LE(last) === marks.end && bytes.readUInt16LE(last + 20) === 0;
  const mark = Buffer.from('PK\x05\x06', 'latin1');
  const from = Math.max(last - maximumComment, 0);
  const found = bytes.subarray(from).lastIndexOf(mark);
  const location = isPlain ? last : found < 0 ? -1 : from + found;
  if (location < 0 || location + endBytes > bytes.length) {
    return undefined;
  }
  const end: End = {
    disk: bytes.readUInt16LE(location + 4),
    startDisk: bytes.readUInt16LE(location + 6),
    entries: bytes.readUInt16LE(location + 10),
    sizeBytes: bytes.readUInt32LE(location + 12),
    offset: bytes.readUInt32LE(location + 16),
    location,
    isWide: false,
  };
  return wideEnd(bytes, location, end);
}

function wideEnd(bytes: ArchiveBytes, location: number, end: End): End {
  const locator = location - locatorBytes;
  if (locator < 0 || bytes.readUInt32LE(locator) !== marks.locator) {
    return end;
  }
  if (bytes.readUInt32LE(locator + 4) !== 0 || bytes.readUInt32LE(locator + 16) > 1) {
    throw new BadZip('The archive is on several disks');
  }
  const before = locator - wideEndBytes;
  let record = Number(bytes.readBigUInt64LE(locator + 8));
  if (before < 0 || record > before) {
    throw new BadZip('Corrupt ZIP64 locator');
  }
  if (bytes.readUInt32LE(record) !== marks.wideEnd) {
    record = before;
  }
  if (
    bytes.readUInt32LE(record) !== marks.wideEnd ||
    Number(bytes.readBigUInt64LE(record + 4)) + 12 !== wideEndBytes + before - record
  ) {
    throw new BadZip('Corrupt ZIP64 end record');
  }
  return {
    disk: bytes.readUInt32LE(record + 16),
    startDisk: bytes.readUInt32LE(record + 20),
    entries: Number(bytes.readBigUInt64LE(record + 32)),
    sizeBytes: Number(bytes.readBigUInt64LE(record + 40)),
    offset: Number(bytes.readBigUInt64LE(record + 48)),
    location,
    isWide: true,
  };
}
