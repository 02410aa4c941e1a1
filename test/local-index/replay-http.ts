/** Requests of replayed cases, sent exactly as described: no header is added, no redirect followed. */

import { createHash, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { createBLAKE2b } from 'hash-wasm';

export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** One part of a form. */
export interface Part {
  readonly name: string;
  readonly value: string | Buffer;
  /** Makes the part a file. */
  readonly filename?: string;
  /** Of a file; null for none. */
  readonly contentType?: string | null;
}

/** A plain request with exactly these headers. */
export function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | readonly Buffer[] = '',
): Promise<HttpAnswer> {
  const chunks = typeof body === 'string' ? [Buffer.from(body)] : body;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers: { ...headers, 'content-length': String(length) } });
    request.on('error', reject);
    request.on('response', (response) => {
      const received: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => received.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: response.headers as Record<string, string | undefined>,
          text: Buffer.concat(received).toString('utf8'),
        });
      });
    });
    for (const chunk of chunks) {
      request.write(chunk);
    }
    request.end();
  });
}

/** A form as `multipart/form-data`. Names are written as they are, quotes and back-slashes escaped. */
export async function sendForm(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  parts: readonly Part[],
): Promise<HttpAnswer> {
  const boundary = `boundary-${randomUUID()}`;
  const chunks: Buffer[] = [];
  for (const { name, value, filename, contentType } of parts) {
    const file = filename === undefined ? '' : `; filename="${filename.replaceAll(/["\\]/g, '\\$&')}"`;
    const type = contentType === undefined ? 'application/octet-stream' : contentType;
    const typeLine = filename === undefined || type === null ? '' : `Content-Type: ${type}\r\n`;
    chunks.push(
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${typeLine}\r\n`),
      typeof value === 'string' ? Buffer.from(value) : value,
      Buffer.from('\r\n'),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  const type = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  return await send(url, method, { ...headers, ...type }, chunks);
}

/** The usual form of an upload, without `:action`. */
export async function uploadParts(
  file: {
    readonly filename: string;
    readonly bytes: Buffer;
    readonly filetype?: string | undefined;
    readonly pythonVersion?: string | undefined;
  },
  fields: ReadonlyArray<readonly [string, string]>,
): Promise<Part[]> {
  const isWheel = file.filename.endsWith('.whl');
  const blake = await createBLAKE2b(256);
  return [
    ...fields.map(([name, value]) => ({ name, value })),
    { name: 'protocol_version', value: '1' },
    { name: 'filetype', value: file.filetype ?? (isWheel ? 'bdist_wheel' : 'sdist') },
    { name: 'pyversion', value: file.pythonVersion ?? (isWheel ? 'py3' : 'source') },
    { name: 'sha256_digest', value: createHash('sha256').update(file.bytes).digest('hex') },
    { name: 'blake2_256_digest', value: blake.update(file.bytes).digest('hex') },
    { name: 'content', value: file.bytes, filename: file.filename },
  ];
}

export function basic(token: string): string {
  return `Basic ${Buffer.from(`__token__:${token}`).toString('base64')}`;
}
