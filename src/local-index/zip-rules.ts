/**
 * PyPI's own rules for ZIP archives, beyond what CPython checks: the framing is walked record by record from the first
 * byte, so that a reader that streams and one that goes by the directory see the same members.
 * @see https://docs.pypi.org/archives/
 */

import type { ArchiveBytes } from './archive-file.ts';
import type { ZipMember } from './zip-archive.ts';

const signatures = { entry: 0x02014b50, local: 0x04034b50, end: 0x06054b50, wideEnd: 0x06064b50, locator: 0x07064b50 };
const wide = 0xffffffff;
const zip64 = 0x0001;
const unicodePath = 0x7075;

class Unframed extends Error {}

/** Why the framing is not accepted; `undefined` when it is. */
export function zipFramingProblem(bytes: ArchiveBytes, members: readonly ZipMember[]): string | undefined {
  try {
    new FramingWalk(bytes, members).walk();
    return undefined;
  } catch (error) {
    if (error instanceof Unframed) {
      return error.message;
    }
    throw error;
  }
}

interface EndRecord {
  readonly records: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

class FramingWalk {
  readonly #bytes: ArchiveBytes;
  readonly #sizes: ReadonlyMap<string, ZipMember>;
  readonly #localNames = new Set<string>();
  readonly #directoryNames = new Set<string>();
  #position = 0;
  #directoryStart: number | undefined;
  #directoryBytes = 0;
  #records = 0;
  #wideEnd: EndRecord | undefined;
  #hasLocator = false;

  constructor(bytes: ArchiveBytes, members: readonly ZipMember[]) {
    this.#bytes = bytes;
    this.#sizes = new Map(members.map((item) => [item.originalName, item]));
  }

  walk(): void {
    for (let isDone = false; !isDone; ) {
      const start = this.#position;
      const signature = this.#take(4).readUInt32LE();
      switch (signature) {
        case signatures.local:
          this.#local();
          break;
        case signatures.entry:
          this.#directoryStart ??= start;
          this.#entry();
          break;
        case signatures.wideEnd:
          this.#wideEndRecord();
          break;
        case signatures.locator:
          this.#take(16);
          this.#hasLocator = true;
          break;
        case signatures.end:
          this.#end(start);
          isDone = true;
          break;
        default:
          throw new Unframed('Unknown record signature');
      }
    }
    if (this.#localNames.size !== this.#directoryNames.size) {
      throw new Unframed('Mis-matched local headers and central directory');
    }
    if (this.#position !== this.#bytes.length) {
      throw new Unframed('Trailing data');
    }
  }

  #take(length: number): Buffer {
    const data = this.#bytes.subarray(this.#position, this.#position + length);
    if (data.length < length) {
      throw new Unframed('Malformed zip file');
    }
    this.#position += length;
    return data;
  }

  #local(): void {
    const header = this.#take(26);
    const raw = this.#take(header.readUInt16LE(22));
    const extra = this.#take(header.readUInt16LE(24));
    checkPrintable(raw);
    const sizes = localSizes(header, extra);
    if ((header.readUInt16LE(2) & 0x08) !== 0) {
      throw new Unframed('ZIP contains a data descriptor');
    }
    const name = textOf(raw, 'Filename not unicode');
    const listed = this.#sizes.get(name);
    if (listed === undefined) {
      throw new Unframed('Filename not in central directory');
    }
    if (listed.compressedBytes !== sizes.compressed) {
      throw new Unframed('Mis-matched data size');
    }
    if (listed.sizeBytes !== sizes.full) {
      throw new Unframed('Mis-matched file size');
    }
    this.#position += sizes.compressed;
    const key = raw.toString('latin1');
    if (this.#localNames.has(key)) {
      throw new Unframed('Duplicate filename in local headers');
    }
    this.#localNames.add(key);
  }

  #entry(): void {
    const header = this.#take(42);
    const [nameBytes, extraBytes] = [header.readUInt16LE(24), header.readUInt16LE(26)];
    if (header.readUInt16LE(28) !== 0) {
      throw new Unframed('Comment in central directory');
    }
    const raw = this.#take(nameBytes);
    this.#take(extraBytes);
    checkPrintable(raw);
    this.#records += 1;
    this.#directoryBytes += 46 + nameBytes + extraBytes;
    const key = raw.toString('latin1');
    if (this.#directoryNames.has(key)) {
      throw new Unframed('Duplicate filename in central directory');
    }
    if (!this.#localNames.has(key)) {
      throw new Unframed('Missing filename in local headers');
    }
    this.#directoryNames.add(key);
  }

  #wideEndRecord(): void {
    const record = this.#take(52);
    if (record.readBigUInt64LE(20) !== record.readBigUInt64LE(28)) {
      throw new Unframed('Malformed zip file');
    }
    if (record.readBigUInt64LE(0) !== 44n) {
      throw new Unframed('ZIP64 extensible data not allowed');
    }
    const number = (at: number) => Number(record.readBigUInt64LE(at));
    this.#wideEnd = { records: number(28), sizeBytes: number(36), offset: number(44) };
  }

  #end(start: number): void {
    if (this.#wideEnd !== undefined && !this.#hasLocator) {
      throw new Unframed('Malformed zip file');
    }
    this.#directoryStart ??= start;
    const record = this.#take(18);
    if (record.readUInt16LE(4) !== record.readUInt16LE(6)) {
      throw new Unframed('Malformed zip file');
    }
    this.#position += record.readUInt16LE(16);
    const end = this.#wideEnd ?? {
      records: record.readUInt16LE(6),
      sizeBytes: record.readUInt32LE(8),
      offset: record.readUInt32LE(12),
    };
    for (const [what, told, counted] of [
      ['records', end.records, this.#records],
      ['offset', end.offset, this.#directoryStart],
      ['size', end.sizeBytes, this.#directoryBytes],
    ] as const) {
      if (told !== counted) {
        throw new Unframed(`Mismatched central directory ${what}`);
      }
    }
  }
}

/** Sizes in a local header; a ZIP64 field replaces them in ways that depend on its length. */
function localSizes(header: Buffer, extra: Buffer): { readonly compressed: number; readonly full: number } {
  let compressed = header.readUInt32LE(14);
  let full = header.readUInt32LE(18);
  const seen = new Set<number>();
  for (let rest = extra; rest.length > 0; ) {
    const id = rest.length < 4 ? -1 : rest.readUInt16LE(0);
    const length = rest.length < 4 ? 0 : rest.readUInt16LE(2);
    if (id < 0 || length + 4 > rest.length) {
      throw new Unframed('Malformed zip file');
    }
    if (seen.has(id) && (id === zip64 || id === unicodePath)) {
      throw new Unframed('Invalid duplicate extra in local file');
    }
    seen.add(id);
    const data = rest.subarray(4, length + 4);
    if (id === zip64) {
      const isOdd = ![0, 8, 16, 24, 28].includes(length);
      const lacksSizes = length === 0 && (compressed === wide || full === wide);
      const isPacked = length === 8 && header.readUInt16LE(4) !== 0;
      if (isOdd || lacksSizes || isPacked) {
        throw new Unframed('Malformed zip file');
      }
      if (length > 0) {
        full = full === wide ? Number(data.readBigUInt64LE(0)) : full;
        compressed = Number(data.readBigUInt64LE(length === 8 ? 0 : 8));
      }
    } else if (id === unicodePath) {
      const name = data.subarray(5);
      checkPrintable(name);
      textOf(name, 'Filename not valid UTF-8');
    }
    rest = rest.subarray(length + 4);
  }
  return { compressed, full };
}

function checkPrintable(name: Buffer): void {
  if (name.some((byte) => byte < 0x20 || byte === 0x7f)) {
    throw new Unframed('Invalid character in filename');
  }
}

function textOf(name: Buffer, problem: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    throw new Unframed(problem);
  }
}
