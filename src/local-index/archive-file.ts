/** A file that is looked into here and there, like a buffer, without being held in memory. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What the readers of archives use of a buffer; positions past the end give short results, as there. */
export interface ArchiveBytes {
  readonly length: number;
  /** A copy of a part. */
  subarray(start: number, end?: number): Buffer;
  readUInt16LE(position: number): number;
  readUInt32LE(position: number): number;
  readBigUInt64LE(position: number): bigint;
}

/** Small reads come from a window of the file, as archives have their records in rows. */
const windowBytes = 64 * 1024;

export class ArchiveFile implements ArchiveBytes {
  readonly length: number;
  readonly #descriptor: number;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    this.length = fstatSync(this.#descriptor).size;
  }

  subarray(start: number, end = this.length): Buffer {
    const from = Math.min(Math.max(start, 0), this.length);
    const bytes = Math.max(Math.min(end, this.length) - from, 0);
    if (bytes > windowBytes) {
      return this.#read(from, bytes);
    }
    if (from < this.#windowStart || from + bytes > this.#windowStart + this.#window.length) {
      this.#window = this.#read(from, Math.min(windowBytes, this.length - from));
      this.#windowStart = from;
    }
    return Buffer.from(this.#window.subarray(from - this.#windowStart, from - this.#windowStart + bytes));
  }

  readUInt16LE(position: number): number {
    return this.subarray(position, position + 2).readUInt16LE();
  }

  readUInt32LE(position: number): number {
    return this.subarray(position, position + 4).readUInt32LE();
  }

  readBigUInt64LE(position: number): bigint {
    return this.subarray(position, position + 8).readBigUInt64LE();
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #read(start: number, bytes: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(bytes);
    let filled = 0;
    while (filled < bytes) {
      const count = readSync(this.#descriptor, buffer, filled, bytes - filled, start + filled);
      if (count === 0) {
        break;
      }
      filled += count;
    }
    return buffer.subarray(0, filled);
  }
}
