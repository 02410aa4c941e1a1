import { appendFile, rm, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { RequestBody } from '../../src/http/client.ts';
import { multipartBody } from '../../src/http/multipart.ts';
import { writeTo } from '../support/distributions.ts';
import { startServer, testClient } from '../support/http-server.ts';

/** Chunks are copied: their buffers are used again. */
async function bytesOf(body: RequestBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.open()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function boundaryOf(body: RequestBody): string {
  return body.contentType.replace('multipart/form-data; boundary=', '');
}

async function fileOf(content: string | Uint8Array) {
  const path = await writeTo({ filename: 'demo-1.0.tar.gz' }, content);
  return { field: 'content', filename: 'demo-1.0.tar.gz', path, sizeBytes: Buffer.byteLength(content) };
}

describe('the form', () => {
  test('is these bytes: fields in their order, then the file, then the end', async () => {
    const body = multipartBody(
      [
        ['name', 'demo'],
        ['classifiers', 'A'],
        ['classifiers', 'B'],
      ],
      await fileOf('BYTES'),
    );
    const boundary = boundaryOf(body);
    expect(boundary).toMatch(/^[\w-]{16,70}$/);
    expect((await bytesOf(body)).toString()).toBe(
      [
        `--${boundary}`,
        'Content-Disposition: form-data; name="name"',
        '',
        'demo',
        `--${boundary}`,
        'Content-Disposition: form-data; name="classifiers"',
        '',
        'A',
        `--${boundary}`,
        'Content-Disposition: form-data; name="classifiers"',
        '',
        'B',
        `--${boundary}`,
        'Content-Disposition: form-data; name="content"; filename="demo-1.0.tar.gz"',
        'Content-Type: application/octet-stream',
        '',
        'BYTES',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  });

  test('of no fields and an empty file', async () => {
    const body = multipartBody([], await fileOf(''));
    const boundary = boundaryOf(body);
    expect((await bytesOf(body)).toString()).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="content"; filename="demo-1.0.tar.gz"\r\n` +
        `Content-Type: application/octet-stream\r\n\r\n\r\n--${boundary}--\r\n`,
    );
  });

  test('has another boundary each time', async () => {
    const file = await fileOf('x');
    expect(boundaryOf(multipartBody([], file))).not.toBe(boundaryOf(multipartBody([], file)));
  });

  test.each([
    ['say "hi"', 'name="say %22hi%22"'],
    ['a\r\nContent-Type: text/html', 'name="a%0D%0AContent-Type: text/html"'],
    ['größe', 'name="größe"'],
    ['back\\slash', 'name="back\\slash"'],
  ])('quotes names: %j', async (name, quoted) => {
    const file = { ...(await fileOf('x')), filename: name };
    const text = (await bytesOf(multipartBody([[name, 'v']], file))).toString();
    expect(text).toContain(`form-data; ${quoted}\r\n\r\nv\r\n`);
    expect(text).toContain(`file${quoted}\r\nContent-Type: application/octet-stream`);
  });

  test('keeps values as they are, in UTF-8', async () => {
    const value = 'Grüße "x"\r\n\n 日本語 🐍 ';
    expect((await bytesOf(multipartBody([['summary', value]], await fileOf('x')))).toString()).toContain(
      `name="summary"\r\n\r\n${value}\r\n--`,
    );
  });
});

describe('the length', () => {
  test.each([
    ['small', 'BYTES'],
    ['empty', ''],
    ['of exactly one buffer', Buffer.alloc(256 * 1024, 1)],
    ['of several buffers', Buffer.from(Array.from({ length: 700_001 }, (_, index) => index % 251))],
  ])('that was promised is what is sent, for a file that is %s', async (_, content) => {
    const file = await fileOf(content);
    const body = multipartBody([['summary', 'Grüße']], file);
    const bytes = await bytesOf(body);
    expect(bytes.length).toBe(body.sizeBytes);
    expect(bytes.includes(Buffer.concat([Buffer.from('\r\n\r\n'), Buffer.from(content), Buffer.from('\r\n--')]))).toBe(
      true,
    );
  });

  test('is the Content-Length of the request', async () => {
    const server = await startServer();
    const body = multipartBody([['summary', 'Grüße']], await fileOf('BYTES'));
    await testClient().request({ method: 'POST', url: server.url, body });
    expect(server.requests[0]?.headers['content-length']).toBe(String(body.sizeBytes));
    expect(Buffer.byteLength(server.requests[0]?.body ?? '')).toBe(body.sizeBytes);
    expect(server.requests[0]?.headers['content-type']).toBe(body.contentType);
  });
});

test('can be sent again from its start, with the same boundary', async () => {
  const body = multipartBody([['name', 'demo']], await fileOf('BYTES'));
  expect(await bytesOf(body)).toEqual(await bytesOf(body));
});

test('tells how much of the file was taken, in each attempt anew', async () => {
  const sent: number[] = [];
  const file = await fileOf(Buffer.alloc(600_000));
  const body = multipartBody([['name', 'demo']], file, (bytes) => sent.push(bytes));
  await bytesOf(body);
  expect(sent).toEqual([262_144, 524_288, 600_000]);
  await bytesOf(body);
  expect(sent.slice(3)).toEqual([262_144, 524_288, 600_000]);
});

describe('a file that is not the one that was read', () => {
  test.each<[string, (path: string) => Promise<void>, string]>([
    ['grew', (path) => appendFile(path, 'more'), 'it had 5 bytes when it was checked and has not now'],
    ['shrank', (path) => truncate(path, 3), 'it had 5 bytes when it was checked and has not now'],
    ['was emptied', (path) => writeFile(path, ''), 'it had 5 bytes when it was checked and has not now'],
    ['vanished', (path) => rm(path), 'it cannot be opened any more'],
  ])('%s', async (_, change, detail) => {
    const file = await fileOf('BYTES');
    const body = multipartBody([['name', 'demo']], file);
    await change(file.path);
    await expect(bytesOf(body)).rejects.toMatchObject({
      name: 'FileChangedError',
      code: 'FILE_UNREADABLE',
      transient: false,
      message: `${file.path} changed while it was being sent: ${detail}.`,
    });
  });

  test('never reaches the server as a whole form, and the error comes through the client', async () => {
    const server = await startServer();
    const file = await fileOf('BYTES');
    const body = multipartBody([['name', 'demo']], file);
    await appendFile(file.path, 'more');
    await expect(testClient().request({ method: 'POST', url: server.url, body })).rejects.toMatchObject({
      name: 'FileChangedError',
    });
    expect(server.requests).toEqual([]);
  });

  test('no more bytes than promised leave, even of a file that grew much', async () => {
    const file = await fileOf('BYTES');
    const body = multipartBody([], file);
    await writeFile(file.path, Buffer.alloc(1_000_000, 'x'));
    let size = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of body.open()) size += chunk.length;
    };
    await expect(read()).rejects.toMatchObject({ name: 'FileChangedError' });
    expect(size).toBeLessThan(body.sizeBytes);
  });
});
