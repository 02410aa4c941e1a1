import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isLoopback, isProtected, printableUrl, type RequestBody } from '../../src/http/client.ts';
import { Secret } from '../../src/secret.ts';
import { startServer, testClient } from '../support/http-server.ts';

/** A body of some chunks, and how often it was opened. */
function chunked(...chunks: readonly string[]): RequestBody & { opened: () => number } {
  let opened = 0;
  return {
    contentType: 'text/x-test',
    sizeBytes: Buffer.byteLength(chunks.join('')),
    opened: () => opened,
    async *open() {
      opened++;
      for (const chunk of chunks) yield Buffer.from(chunk);
    },
  };
}

describe('the request', () => {
  test('has method, path, query, user agent and the given headers, and asks for no compression', async () => {
    const server = await startServer();
    const client = testClient({ userAgent: 'pypi-oidc/1 node/20' });
    const url = new URL('/a%20b/c?x=1&y=%2F#part', server.url);
    await client.request({ method: 'GET', url, headers: { accept: 'application/json' } });
    expect(server.requests).toMatchObject([{ method: 'GET', target: '/a%20b/c?x=1&y=%2F', body: '' }]);
    const { headers } = server.requests[0] ?? {};
    expect(headers).toEqual({
      host: server.url.host,
      connection: 'keep-alive',
      'user-agent': 'pypi-oidc/1 node/20',
      'accept-encoding': 'identity',
      accept: 'application/json',
    });
  });

  test('may carry an authorisation', async () => {
    const server = await startServer();
    await testClient().request({ method: 'GET', url: server.url, authorization: new Secret('Bearer abc') });
    expect(server.requests[0]?.headers.authorization).toBe('Bearer abc');
  });

  test('sends a secret body as JSON of known length', async () => {
    const server = await startServer();
    await testClient().request({ method: 'POST', url: server.url, body: new Secret('{"token":"ü"}') });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '14' },
        body: '{"token":"ü"}',
      },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('transfer-encoding');
  });

  test('streams a body of known length, and can send it twice', async () => {
    const server = await startServer();
    const client = testClient();
    const body = chunked('one ', 'two ', 'three');
    await client.request({ method: 'POST', url: server.url, body });
    await client.request({ method: 'POST', url: server.url, body });
    const sent = { headers: { 'content-type': 'text/x-test', 'content-length': '13' }, body: 'one two three' };
    expect(server.requests).toMatchObject([sent, sent]);
    expect(server.requests[0]?.headers).not.toHaveProperty('transfer-encoding');
    expect(body.opened()).toBe(2);
  });

  test('is told as one line without query, user or password', async () => {
    const server = await startServer();
    const lines: string[] = [];
    const url = new URL('/path?token=abc', server.url);
    await testClient({ onRequest: (line) => lines.push(line) }).request({ method: 'GET', url });
    expect(lines).toEqual([`GET ${server.url.origin}/path`]);
    expect(printableUrl(new URL('https://user:pass@index.example/a?b=c#d'))).toBe('https://index.example/a');
  });
});

describe('the answer', () => {
  test.each([200, 204, 302, 308, 401, 404, 422, 500, 599, 600])(
    'is an answer whatever its status: %i',
    async (status) => {
      const server = await startServer({ status });
      expect(await testClient().request({ method: 'GET', url: server.url })).toMatchObject({ status, body: '' });
    },
  );

  test('has its header names in lower case and repeated headers joined', async () => {
    const server = await startServer((response) => {
      response.writeHead(200, { 'X-Some': 'a', 'Set-Cookie': ['x=1', 'y=2'] });
      response.end('grüße');
    });
    expect(await testClient().request({ method: 'GET', url: server.url })).toMatchObject({
      headers: { 'x-some': 'a', 'set-cookie': 'x=1, y=2' },
      body: 'grüße',
    });
  });

  test.each([301, 302, 303, 307, 308])('a redirect is not followed: %i', async (status) => {
    const server = await startServer({ status, headers: { location: '/elsewhere' } }, { body: 'elsewhere' });
    const answer = await testClient().request({
      method: 'GET',
      url: server.url,
      authorization: new Secret('Bearer abc'),
    });
    expect(answer).toMatchObject({ status, headers: { location: '/elsewhere' } });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['identity', Buffer.from],
  ] as const)('is unpacked, though no compression was asked for: %s', async (encoding, compress) => {
    const body = compress(Buffer.from('{"token":"x"}'));
    const server = await startServer({ headers: { 'content-encoding': encoding }, body });
    expect(await testClient().request({ method: 'GET', url: server.url })).toMatchObject({ body: '{"token":"x"}' });
  });

  test('may be empty and yet called compressed', async () => {
    const server = await startServer({ headers: { 'content-encoding': 'gzip' } });
    expect(await testClient().request({ method: 'GET', url: server.url })).toMatchObject({ status: 200, body: '' });
  });

  test.each([
    ['gzip', 'no gzip at all'],
    ['gzip', gzipSync('cut off').subarray(0, 12)],
    ['zstd', 'unknown'],
  ])('in a compression that cannot be read is an error: %s', async (encoding, body) => {
    const server = await startServer({ headers: { 'content-encoding': encoding }, body });
    await expect(testClient().request({ method: 'GET', url: server.url })).rejects.toMatchObject({
      code: 'BODY_UNEXPECTED',
      message: `The answer of ${server.url.host} is compressed in a way that cannot be read.`,
    });
  });
});

describe('the size limit', () => {
  test('lets an answer of exactly that size pass', async () => {
    const server = await startServer({ body: 'x'.repeat(100) });
    const request = { method: 'GET', url: server.url, maxAnswerBytes: 100 } as const;
    expect((await testClient().request(request)).body).toHaveLength(100);
  });

  test.each([
    ['as it is', {}, 'x'.repeat(101)],
    ['unpacked', { 'content-encoding': 'gzip' }, gzipSync('x'.repeat(101))],
  ] as const)('refuses a larger one, %s', async (_, headers, body) => {
    const server = await startServer({ headers, body });
    await expect(testClient().request({ method: 'GET', url: server.url, maxAnswerBytes: 100 })).rejects.toMatchObject({
      code: 'BODY_UNEXPECTED',
    });
  });

  test('is 1 MiB where nothing else is said', async () => {
    const server = await startServer({ body: 'x'.repeat(1024 * 1024 + 1) });
    await expect(testClient().request({ method: 'GET', url: server.url })).rejects.toMatchObject({
      code: 'BODY_UNEXPECTED',
      message: `The answer of ${server.url.host} is larger than 1048576 bytes.`,
    });
  });

  test('does not wait for the end of an endless answer', async () => {
    const server = await startServer((response) => {
      const fill = (): void => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', fill);
      fill();
    });
    await expect(
      testClient().request({ method: 'GET', url: server.url, maxAnswerBytes: 1_000_000 }),
    ).rejects.toMatchObject({ code: 'BODY_UNEXPECTED' });
  });

  test('does not hold for streamed answers', async () => {
    const server = await startServer({ body: 'x'.repeat(2 * 1024 * 1024) });
    const { status, body } = await testClient().stream({ method: 'GET', url: server.url });
    let size = 0;
    for await (const chunk of body) size += chunk.length;
    expect([status, size]).toEqual([200, 2 * 1024 * 1024]);
  });
});

describe('plain http', () => {
  test.each([
    ['http://pypi.org/', false],
    ['http://localhost.pypi.org/', false],
    ['http://127.0.0.1.pypi.org/', false],
    ['http://0.0.0.0/', false],
    ['http://10.0.0.1/', false],
    ['http://[::2]/', false],
    ['ftp://localhost/', false],
    ['http://127.0.0.1:8080/', true],
    ['http://127.200.3.4/', true],
    ['http://localhost/', true],
    ['http://LOCALHOST/', true],
    ['http://[::1]:8080/', true],
    ['https://pypi.org/', true],
  ])('%s may be used: %s', (url, allowed) => {
    expect(isProtected(new URL(url))).toBe(allowed);
  });

  test('off loopback is refused before anything is sent', async () => {
    const lines: string[] = [];
    const client = testClient({ onRequest: (line) => lines.push(line) });
    // Documentation addresses: a connection would hang, not be refused.
    const url = new URL('http://192.0.2.1/legacy/');
    await expect(client.request({ method: 'POST', url, body: new Secret('{}') })).rejects.toMatchObject({
      code: 'ADDRESS_INSECURE',
      message: expect.stringContaining('192.0.2.1'),
    });
    expect(lines).toEqual([]);
  });

  test('a host that only looks like loopback is none', () => {
    expect(['127.1', '127.0.0.1.example', 'localhost.example', '::1', '[::ffff:127.0.0.1]'].filter(isLoopback)).toEqual(
      [],
    );
  });
});

test('requests at the same time share the connections that are closed at the end', async () => {
  const server = await startServer();
  const client = testClient();
  const request = { method: 'GET', url: server.url } as const;
  await Promise.all([client.request(request), client.request(request), client.request(request)]);
  await client.close();
  await expect(client.request(request)).rejects.toMatchObject({ code: 'TRANSPORT_FAILED' });
  expect(server.requests).toHaveLength(3);
});
