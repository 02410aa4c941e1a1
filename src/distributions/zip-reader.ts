/**
 * Opening a ZIP archive for a look at its directory.
 *
 * yauzl asks for every directory entry in two reads of a few bytes. Served from the file, a wheel of 13 000 entries
 * takes half a second; served from a window of the file kept in memory, a fifth of that. The archive's end comes
 * first: it holds the directory, and in wheels usually the metadata too.
 */

import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  type ZipFile,
} from 'yauzl';

export type { Entry, ZipFile } from 'yauzl';

const WINDOW_BYTES = 1024 * 1024;

/** Extra field "Info-ZIP Unicode path", which overrides the name in the entry. */
const UNICODE_PATH = 0x7075;

class WindowedReader extends RandomAccessReader {
  readonly #file: FileHandle;
  readonly #sizeBytes: number;
  #window = Buffer.alloc(0);
  #windowStart = 0;

  constructor(file: FileHandle, sizeBytes: number) {
    super();
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    if (this.#copy(target, offset, length, position)) {
      callback(null);
      return;
    }
    this.#moveWindow(position, length).then(
      () => callback(this.#copy(target, offset, length, position) ? null : new Error('unexpected end of file')),
      (error: Error) => callback(error),
    );
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return this.#file.createReadStream({ start, end: end - 1, autoClose: false });
  }

  #copy(target: Buffer, offset: number, length: number, position: number): boolean {
    const start = position - this.#windowStart;
    if (start < 0 || start + length > this.#window.length) return false;
    this.#window.copy(target, offset, start, start + length);
    return true;
  }

  async #moveWindow(position: number, length: number): Promise<void> {
    const bytes = Math.min(Math.max(WINDOW_BYTES, length), this.#sizeBytes);
    // A window that would go past the end is moved back to it: the first read then brings the whole tail.
    const start = Math.max(0, Math.min(position, this.#sizeBytes - bytes));
    const window = this.#window.length === bytes ? this.#window : Buffer.allocUnsafeSlow(bytes);
    const { bytesRead } = await this.#file.read(window, 0, bytes, start);
    this.#window = window.subarray(0, bytesRead);
    this.#windowStart = start;
  }
}

/**
 * Open the archive behind a file handle. Names are left as bytes ({@link entryName} decodes them), because yauzl
 * otherwise refuses the whole archive for one odd name. Close the handle yourself, after the last read.
 * @throws yauzl's error when there is no readable end record.
 */
export function openZip(file: FileHandle, sizeBytes: number): Promise<ZipFile> {
  return fromRandomAccessReaderPromise(new WindowedReader(file, sizeBytes), sizeBytes, {
    autoClose: false,
    decodeStrings: false,
  });
}

/** The name of an entry, decoded as Python does: UTF-8 when flagged so, otherwise code page 437. */
export function entryName(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
}

/** Whether the bytes of an entry's name may stand for something else than they say. */
export function hasUnicodePath(entry: Entry): boolean {
  return entry.extraFieldLength > 0 && entry.extraFields.some(({ id }) => id === UNICODE_PATH);
}

/**
 * Visit all entries in directory order.
 * @throws yauzl's error when the directory is damaged.
 */
export function forEachEntry(zip: ZipFile, visit: (entry: Entry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    // Entries served from the window arrive before `readEntry` returns. A loop takes those: calling `readEntry` from
    // within the event would grow the stack by a few frames for each entry.
    let reading = false;
    let arrived = false;
    const readOn = (): void => {
      reading = true;
      do {
        arrived = false;
        zip.readEntry();
      } while (arrived);
      reading = false;
    };
    zip.on('entry', (entry: Entry) => {
      try {
        visit(entry);
      } catch (error) {
        reject(error);
        return;
      }
      arrived = true;
      if (!reading) readOn();
    });
    zip.on('end', resolve);
    zip.on('error', reject);
    readOn();
  });
}
