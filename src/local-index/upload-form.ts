/**
 * Receiving `multipart/form-data`: fields in memory, the `content` part streamed to disk while three digests are
 * computed over it. The whole body is read before anything is judged, as PyPI does.
 */

import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import hashWasm from 'hash-wasm/dist/blake2b.umd.min.js';
import { Refusal } from './answers.ts';

/** The `content` part, received. */
export interface ReceivedFile {
  readonly filename: string;
  /** Of the part, as sent but for its parameters; `text/plain` when it had none, empty when its header was. */
  readonly contentType: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly blake2b256: string;
  readonly md5: string;
}

export interface UploadForm {
  /** Text fields in the order of the body. */
  readonly fields: ReadonlyArray<readonly [string, string]>;
  /** Names of the parts that came with a file name. */
  readonly fileParts: readonly string[];
  /** The first `content` part that is a file. */
  readonly content: ReceivedFile | undefined;
}

/** The client went away before its body was complete: there is nobody to answer. */
export class BodyInterrupted extends Error {
  override readonly name = 'BodyInterrupted';
}

const fieldLimitBytes = 64 * 1024 * 1024;

/**
 * Read a form to its end. The caller removes `content.path` unless it keeps the file.
 * @throws {Refusal} 400 for a body that is no form.
 * @throws {BodyInterrupted} when the connection ends first.
 */
export async function receiveUploadForm(
  body: Readable,
  contentType: string | undefined,
  directory: string,
): Promise<UploadForm> {
  if (contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true) {
    const text = await readText(body, fieldLimitBytes);
    return { fields: [...new URLSearchParams(text)], fileParts: [], content: undefined };
  }
  const blake = await hashWasm.createBLAKE2b(256);
  const fields: Array<readonly [string, string]> = [];
  const fileParts: string[] = [];
  let receiving: Promise<ReceivedFile> | undefined;
  let contentStream: Readable | undefined;
  const parser = parserFor(contentType);
  if (parser === undefined) {
    await drain(body);
    throw new Refusal(400, 'Invalid Form Data.');
  }
  const sentType = sentTypeOf(parser);
  parser.on('field', (name, value) => {
    fields.push([name, value]);
  });
  parser.on('file', (name, stream, filename, _encoding, mimeType) => {
    fileParts.push(name);
    if (name === 'content' && receiving === undefined) {
      contentStream = stream;
      receiving = receiveFile(stream, filename, sentType() ?? mimeType, join(directory, randomUUID()), blake);
      // Awaited below; this only keeps an early failure from counting as unhandled.
      receiving.catch(() => undefined);
    } else {
      stream.on('error', () => undefined);
      stream.resume();
    }
  });
  try {
    await feed(body, parser);
    return { fields, fileParts, content: await receiving };
  } catch (error) {
    contentStream?.destroy();
    const received = await receiving?.catch(() => undefined);
    if (received !== undefined) {
      await rm(received.path, { force: true });
    }
    throw error;
  }
}

/** The whole body as UTF-8 text. @throws {Refusal} 400 above the limit. */
export async function readText(body: Readable, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes <= limitBytes) {
      chunks.push(bytes);
    }
  }
  if (sizeBytes > limitBytes) {
    throw new Refusal(400, 'Invalid Form Data.');
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Read a body to its end and drop it. */
export async function drain(body: Readable): Promise<void> {
  for await (const _chunk of body) {
    // Dropped.
  }
}

function parserFor(contentType: string | undefined): BusboyInstance | undefined {
  if (contentType === undefined || !/^multipart\/form-data/i.test(contentType)) {
    return undefined;
  }
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      preservePath: true,
      // Only a file name makes a file part; the default also goes by content type.
      isPartAFile: (_name, _type, filename) => filename !== undefined,
      limits: { fieldSize: fieldLimitBytes },
    });
  } catch {
    return undefined;
  }
}

/** What busboy has inside: a parser of parts that tells the headers of each. */
interface PartParser {
  prependListener(event: 'part', listener: (part: PartEvents) => void): void;
}
interface PartEvents {
  on(event: 'header', listener: (headers: Readonly<Record<string, readonly string[] | undefined>>) => void): void;
}

/**
 * The content type of the part that is being read, in the letters it was sent in: PyPI compares them, and busboy makes
 * them small. `undefined` where the part has no such header.
 */
function sentTypeOf(parser: BusboyInstance): () => string | undefined {
  let sent: string | undefined;
  const inner = (parser as unknown as { readonly _parser?: { readonly parser?: PartParser } })._parser?.parser;
  inner?.prependListener('part', (part) => {
    part.on('header', (headers) => {
      sent = headers['content-type']?.[0]?.split(';')[0]?.trim();
    });
  });
  return () => sent;
}

/** Pass the body to the parser; a malformed body is still read to its end, so that it can be answered. */
function feed(body: Readable, parser: BusboyInstance): Promise<void> {
  return new Promise((resolve, reject) => {
    let isComplete = false;
    body.on('end', () => {
      isComplete = true;
    });
    const interrupted = () => {
      if (!isComplete) {
        parser.destroy();
        reject(new BodyInterrupted('The connection ended inside the request body.'));
      }
    };
    body.on('error', interrupted);
    body.on('close', interrupted);
    parser.on('finish', resolve);
    parser.on('error', () => {
      body.unpipe(parser);
      const refuse = () => {
        reject(new Refusal(400, 'Invalid Form Data.'));
      };
      if (isComplete) {
        refuse();
      } else {
        body.on('end', refuse);
        body.resume();
      }
    });
    body.pipe(parser);
  });
}

async function receiveFile(
  stream: Readable,
  filename: string,
  contentType: string,
  path: string,
  blake: Awaited<ReturnType<typeof hashWasm.createBLAKE2b>>,
): Promise<ReceivedFile> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let sizeBytes = 0;
  const handle = await open(path, 'wx');
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      sizeBytes += bytes.length;
      sha256.update(bytes);
      md5.update(bytes);
      blake.update(bytes);
      await handle.writeFile(bytes);
    }
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
  await handle.close();
  return {
    filename,
    contentType,
    path,
    sizeBytes,
    sha256: sha256.digest('hex'),
    blake2b256: blake.digest('hex'),
    md5: md5.digest('hex'),
  };
}
