/**
 * Source archives as PyPI reads them with CPython's `tarfile`: gzip, then member after member; which members there are,
 * under which top directory, and that none is sparse.
 * @see https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { type ArchiveBytes, ArchiveFile } from './archive-file.ts';
import { inflateFrom } from './inflate.ts';

const blockBytes = 512;
const maximumUnpackedBytes = 2 * 1024 * 1024 * 1024;

export interface TarMember {
  readonly name: string;
  readonly isFile: boolean;
  readonly isSparse: boolean;
  /** Its content; only while the members are being visited. */
  readonly read: () => Buffer;
}

/** A file that is no source archive; the message is what PyPI adds to `Invalid distribution file.`. */
export class BadTar extends Error {
  override readonly name = 'BadTar';
}

/** Longest header of a gzip file that is looked at, file name and comment included. */
const headerBytes = 64 * 1024;

/**
 * The members of a source archive, as long as `visit` runs: what it is handed cannot be read later.
 * @param unpackedPath where the unpacked archive may lie meanwhile; the caller removes it.
 * @throws {BadTar}
 */
export async function visitTarMembers<Result>(
  packed: ArchiveBytes,
  unpackedPath: string,
  visit: (members: readonly TarMember[]) => Result,
): Promise<Result> {
  const head = packed.subarray(0, headerBytes);
  const start = gzipHeaderBytes(head);
  if (start === undefined) {
    // Other compressions, and none, make a tar file, but not this one.
    const isOther = /^(?:BZh|\xfd7zXZ|\x28\xb5\x2f\xfd)/.test(head.toString('latin1', 0, 6)) || isHeader(head);
    throw new BadTar(isOther ? 'None' : 'File is not a tarfile');
  }
  const isBroken = await gunzip(packed, start, unpackedPath);
  const content = new ArchiveFile(unpackedPath);
  try {
    return visit(new TarReader({ content, isBroken }).members());
  } finally {
    content.close();
  }
}

/** Whether the beginning of a file could be a tar file, packed or not. */
export async function isTar(packed: ArchiveBytes): Promise<boolean> {
  const head = packed.subarray(0, headerBytes);
  const start = gzipHeaderBytes(head);
  if (start === undefined) {
    return isHeader(head);
  }
  const parts: Buffer[] = [];
  await inflateFrom(packed, start, blockBytes, (chunk) => parts.push(chunk));
  return isHeader(Buffer.concat(parts));
}

/** The directory that all members are in, as `os.path.commonpath` finds it; `undefined` where that fails. */
export function commonPath(names: readonly string[]): string | undefined {
  if (names.length === 0) {
    return '';
  }
  const isAbsolute = names[0]?.startsWith('/') === true;
  if (names.some((name) => name.startsWith('/') !== isAbsolute)) {
    return undefined;
  }
  const [first = [], ...others] = names.map((name) => name.split('/').filter((part) => part !== '' && part !== '.'));
  let length = first.length;
  for (const parts of others) {
    let same = 0;
    while (same < length && parts[same] === first[same]) {
      same += 1;
    }
    length = same;
  }
  return (isAbsolute ? '/' : '') + first.slice(0, length).join('/');
}

interface Unpacked {
  readonly content: ArchiveBytes;
  readonly isBroken: boolean;
}

/**
 * Unpack all members of a gzip file, one after the other; trailers are not compared, as the end is mostly not reached.
 * Gives whether the last one is broken.
 */
async function gunzip(packed: ArchiveBytes, first: number, unpackedPath: string): Promise<boolean> {
  const file = openSync(unpackedPath, 'w');
  try {
    for (let position = first; ; ) {
      const part = await inflateFrom(packed, position, maximumUnpackedBytes, (chunk) => writeSync(file, chunk));
      // Eight bytes of trailer.
      const next = position + part.takenBytes + 8;
      const start = part.isBroken ? undefined : gzipHeaderBytes(packed.subarray(next, next + headerBytes));
      if (start === undefined) {
        return part.isBroken;
      }
      position = next + start;
    }
  } finally {
    closeSync(file);
  }
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

class TarReader {
  readonly #content: ArchiveBytes;
  readonly #isBroken: boolean;
  readonly #globals = new Map<string, string>();

  constructor({ content, isBroken }: Unpacked) {
    this.#content = content;
    this.#isBroken = isBroken;
  }

  members(): TarMember[] {
    const found: TarMember[] = [];
    let local = new Map<string, string>();
    let position = 0;
    for (;;) {
      const header = this.#content.subarray(position, position + blockBytes);
      if (header.length < blockBytes && this.#isBroken) {
        throw new BadTar(position === 0 ? 'File is not a tarfile' : 'None');
      }
      if (!isHeader(header) || header.every((byte) => byte === 0)) {
        // Zeros end the archive; so, silently, does a damaged header behind the first.
        if (position === 0 && !isHeader(header)) {
          throw new BadTar('File is not a tarfile');
        }
        return found;
      }
      const pax = new Map([...this.#globals, ...local]);
      const type = String.fromCharCode(header[156] ?? 0);
      const size = Number(pax.get('size') ?? number(header.subarray(124, 136)));
      // Links, devices, directories and pipes have none, whatever their size says.
      const hasContent = !/[1-6]/.test(type);
      const start = position + blockBytes;
      const length = hasContent ? size : 0;
      const read = () => this.#content.subarray(start, start + length);
      position = start + Math.ceil(length / blockBytes) * blockBytes;
      if (position > this.#content.length) {
        throw new BadTar('None');
      }
      if (type === 'L' || type === 'K') {
        local.set(type === 'L' ? 'path' : 'linkpath', text(read()));
      } else if (type === 'x' || type === 'X') {
        local = new Map([...local, ...paxRecords(read())]);
      } else if (type === 'g') {
        for (const [key, value] of paxRecords(read())) {
          this.#globals.set(key, value);
        }
      } else {
        found.push(memberFrom(header, type, pax, read));
        local = new Map();
      }
    }
  }
}

function memberFrom(header: Buffer, type: string, pax: ReadonlyMap<string, string>, read: () => Buffer): TarMember {
  const prefix = text(header.subarray(345, 500));
  const own = text(header.subarray(0, 100));
  const isGnu = header.toString('latin1', 257, 265) === 'ustar  \0';
  const recorded = pax.get('path') ?? (prefix === '' || isGnu ? own : `${prefix}/${own}`);
  const isDirectory = type === '5' || ((type === '\0' || type === '0') && recorded.endsWith('/'));
  const isFormatOne = pax.get('GNU.sparse.major') === '1' && pax.get('GNU.sparse.minor') === '0';
  return {
    name: isDirectory || recorded.endsWith('/') ? recorded.replace(/\/+$/, '') : recorded,
    isFile: /[\0 07S]/.test(type) && !isDirectory,
    isSparse: type === 'S' || pax.has('GNU.sparse.map') || pax.has('GNU.sparse.size') || isFormatOne,
    read,
  };
}

/** Records of an extended header: length, space, key, `=`, value, line break. */
function paxRecords(content: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let position = 0; position < content.length; ) {
    const match = /^(\d{1,20}) /.exec(content.toString('latin1', position, position + 24));
    const length = Number(match?.[1] ?? 0);
    if (match === null || length === 0) {
      break;
    }
    const record = content.toString('utf8', position + match[0].length, position + length - 1);
    const sign = record.indexOf('=');
    records.set(record.slice(0, sign), record.slice(sign + 1));
    position += length;
  }
  return records;
}

/** A block whose checksum fits (bytes counted as signed or not), or zeros. */
function isHeader(block: Buffer): boolean {
  if (block.length < blockBytes) {
    return false;
  }
  let sum = 0;
  let signed = 0;
  for (let index = 0; index < blockBytes; index += 1) {
    const byte = index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0);
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const recorded = number(block.subarray(148, 156));
  return recorded === sum || recorded === signed || block.subarray(0, blockBytes).every((byte) => byte === 0);
}

/** Octal digits, or binary with a mark in the first byte. */
function number(field: Buffer): number {
  if (field[0] === 0x80) {
    return Number(BigInt(`0x${field.subarray(1).toString('hex')}`));
  }
  const digits = text(field).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : -1;
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}
