/**
 * `multipart/form-data` (RFC 7578) with a length known in advance: the text parts are built in memory, the one file is
 * streamed from disk in two reused buffers, so that memory does not depend on its size.
 */

import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { PypiOidcError } from '../errors.ts';
import type { RequestBody } from './client.ts';

export interface MultipartFile {
  /** Name of the form field. */
  readonly field: string;
  readonly filename: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** The file on disk is not the one that was read before. */
export class FileChangedError extends PypiOidcError<'FILE_UNREADABLE'> {
  constructor(path: string, detail: string) {
    super('FILE_UNREADABLE', {
      message: `${path} changed while it was being sent: ${detail}.`,
      hint: 'Let the build finish before uploading, then run the same command again.',
    });
  }
}

/** Bytes read at a time; a chunk is handed over only after the previous one was taken by the socket. */
const bufferBytes = 256 * 1024;

/**
 * A form of text fields followed by one file. Each `open()` reads the file again from its start.
 *
 * @param onSent told how many bytes of the file were handed to the connection so far in this attempt
 * @throws {FileChangedError} while sending, when the file's size is no longer `sizeBytes`
 */
export function multipartBody(
  fields: readonly (readonly [name: string, value: string])[],
  file: MultipartFile,
  onSent?: (sentBytes: number) => void,
): RequestBody {
  const boundary = `pypi-oidc-${randomBytes(16).toString('hex')}`;
  const text = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  );
  const head = Buffer.from(
    `${text.join('')}--${boundary}\r\nContent-Disposition: form-data; name="${quoted(file.field)}"; ` +
      `filename="${quoted(file.filename)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    sizeBytes: head.length + file.sizeBytes + tail.length,
    async *open() {
      yield head;
      yield* fileChunks(file, onSent);
      yield tail;
    },
  };
}

async function* fileChunks(
  file: MultipartFile,
  onSent: ((sentBytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  const handle = await open(file.path).catch(() => {
    throw new FileChangedError(file.path, 'it cannot be opened any more');
  });
  try {
    // Two buffers in turn: one may still be on its way to the socket while the other is being filled.
    const buffers = [Buffer.allocUnsafe(bufferBytes), Buffer.allocUnsafe(bufferBytes)] as const;
    let sentBytes = 0;
    for (let turn = 0; ; turn ^= 1) {
      const buffer = turn === 0 ? buffers[0] : buffers[1];
      const { bytesRead } = await handle.read(buffer, 0, bufferBytes, sentBytes);
      if (bytesRead === 0) break;
      sentBytes += bytesRead;
      if (sentBytes > file.sizeBytes) break;
      yield buffer.subarray(0, bytesRead);
      onSent?.(sentBytes);
    }
    if (sentBytes !== file.sizeBytes) {
      throw new FileChangedError(file.path, `it had ${file.sizeBytes} bytes when it was checked and has not now`);
    }
  } finally {
    await handle.close();
  }
}

/** Field and file names as browsers and PyPI write them: quotes and line breaks percent-encoded (RFC 7578 §2, WHATWG). */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
