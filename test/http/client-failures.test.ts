import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HttpTimeouts, RequestBody } from '../../src/http/client.ts';
import { TransportError } from '../../src/http/http-error.ts';
import { Secret } from '../../src/secret.ts';
import { deadUrl, listen, startServer, testClient } from '../support/http-server.ts';

const patient: HttpTimeouts = { connectMs: 5_000, noProgressMs: 5_000, answerMs: 5_000 };

/** A server of bare bytes. */
async function startRawServer(connected: (socket: Socket) => void): Promise<URL> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onTestFinished(() => {
      socket.destroy();
    });
    connected(socket);
  });
  return listen(server);
}

/** A body of `chunks` chunks of 64 KiB. */
function bigBody(chunks: number): RequestBody {
  return {
    contentType: 'application/octet-stream',
    sizeBytes: chunks * 65_536,
    async *open() {
      for (let sent = 0; sent < chunks; sent++) yield Buffer.alloc(65_536);
    },
  };
}

const small = new Secret('{}');

describe('no connection', () => {
  test.each([
    ['without a body', undefined],
    ['with a small body', small],
    ['with a streamed body', bigBody(2)],
  ])('refused, %s', async (_, body) => {
    const url = await deadUrl();
    const request = body === undefined ? { method: 'GET', url } : { method: 'POST', url, body };
    await expect(
      testClient().request(request as Parameters<ReturnType<typeof testClient>['request']>[0]),
    ).rejects.toMatchObject({
      code: 'TRANSPORT_FAILED',
      problem: 'refused',
      stage: 'connecting',
      transient: true,
      message: `No answer from ${url.host}: connection refused (ECONNREFUSED).`,
    });
  });

  test('a host that does not exist', async () => {
    const error = await testClient({ timeouts: patient })
      .request({ method: 'POST', url: new URL('https://index.invalid/legacy/'), body: small })
      .catch((thrown: unknown) => thrown);
    // Without any network the resolver may answer in other words.
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({
      code: 'TRANSPORT_FAILED',
      stage: 'connecting',
      message: expect.stringMatching(/^No answer from index\.invalid: /),
    });
  });

  test('a handshake that never ends', async () => {
    const url = await startRawServer(() => {});
    url.protocol = 'https:';
    const client = testClient({ timeouts: { ...patient, connectMs: 100 } });
    await expect(client.request({ method: 'POST', url, body: bigBody(1) })).rejects.toMatchObject({
      problem: 'timeout',
      stage: 'connecting',
      transient: true,
    });
  });
});

describe('a broken connection', () => {
  test.each([
    ['before a byte of the answer', ''],
    ['within the head of the answer', 'HTTP/1.1 200 O'],
  ])('%s', async (_, sent) => {
    const url = await startRawServer((socket) => socket.once('data', () => socket.end(sent)));
    await expect(testClient().request({ method: 'POST', url, body: small })).rejects.toMatchObject({
      code: 'TRANSPORT_FAILED',
      stage: 'after-sending',
      transient: true,
    });
  });

  test('by a reset after the whole request was sent', async () => {
    const url = await startRawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await expect(testClient().request({ method: 'POST', url, body: small })).rejects.toMatchObject({
      problem: 'reset',
      stage: 'after-sending',
    });
  });

  test('while the body is being sent', async () => {
    const url = await startRawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await expect(testClient().request({ method: 'POST', url, body: bigBody(400) })).rejects.toMatchObject({
      problem: 'reset',
      stage: 'sending',
      transient: true,
    });
  });

  test('within the body of the answer', async () => {
    const url = await startRawServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this')),
    );
    await expect(testClient().request({ method: 'GET', url })).rejects.toMatchObject({
      problem: 'reset',
      stage: 'after-sending',
      transient: true,
    });
  });

  test('is closed by something that speaks no HTTP', async () => {
    const url = await startRawServer((socket) => socket.once('data', () => socket.end('220 mail.example ESMTP\r\n')));
    await expect(testClient().request({ method: 'GET', url })).rejects.toMatchObject({
      code: 'TRANSPORT_FAILED',
      problem: 'malformed-answer',
    });
  });
});

describe('silence', () => {
  test('of the answer, after a small body', async () => {
    const server = await startServer(() => {});
    const client = testClient({ timeouts: { ...patient, answerMs: 100 } });
    await expect(client.request({ method: 'POST', url: server.url, body: small })).rejects.toMatchObject({
      problem: 'timeout',
      stage: 'after-sending',
      message: `No answer from ${server.url.host}: no answer for 0.1 s.`,
      transient: true,
    });
  });

  test('of the answer, after a streamed body', async () => {
    const server = await startServer(() => {});
    const client = testClient({ timeouts: { ...patient, answerMs: 100 } });
    await expect(client.request({ method: 'POST', url: server.url, body: bigBody(1) })).rejects.toMatchObject({
      problem: 'timeout',
      stage: 'after-sending',
    });
  });

  test('of the answer to a request without a body', async () => {
    const server = await startServer(() => {});
    const client = testClient({ timeouts: { ...patient, connectMs: 50, answerMs: 50 } });
    await expect(client.request({ method: 'GET', url: server.url })).rejects.toMatchObject({ problem: 'timeout' });
  });

  test('of a server that stops reading', async () => {
    const url = await startRawServer((socket) => socket.pause());
    const client = testClient({ timeouts: { ...patient, noProgressMs: 200 } });
    await expect(client.request({ method: 'POST', url, body: bigBody(400) })).rejects.toMatchObject({
      problem: 'timeout',
      stage: 'sending',
      message: `No answer from ${url.host}: no progress while sending for 0.2 s.`,
    });
  });

  test('in the midst of an answer', async () => {
    const server = await startServer((response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345');
    });
    const client = testClient({ timeouts: { ...patient, noProgressMs: 100 } });
    await expect(client.request({ method: 'GET', url: server.url })).rejects.toMatchObject({
      problem: 'timeout',
      stage: 'after-sending',
      message: `No answer from ${server.url.host}: no progress while reading the answer for 0.1 s.`,
    });
  });

  test('is none while something moves: a slow upload and a slow answer outlast every limit', async () => {
    const server = await startServer((response) => {
      response.writeHead(200);
      const parts = ['a', 'b', 'c', 'd', 'e'];
      const next = (): void => {
        const part = parts.shift();
        if (part === undefined) response.end();
        else response.write(part, () => setTimeout(next, 80));
      };
      next();
    });
    const slow: RequestBody = {
      contentType: 'text/plain',
      sizeBytes: 5,
      async *open() {
        for (const letter of 'hello') {
          await new Promise((resolve) => setTimeout(resolve, 80));
          yield Buffer.from(letter);
        }
      },
    };
    const client = testClient({ timeouts: { connectMs: 250, noProgressMs: 250, answerMs: 250 } });
    expect(await client.request({ method: 'POST', url: server.url, body: slow })).toMatchObject({ body: 'abcde' });
    expect(server.requests[0]?.body).toBe('hello');
  });
});

describe('stopped by a signal', () => {
  const stopped = { code: 'TRANSPORT_FAILED', problem: 'aborted', transient: false };

  test('before the request', async () => {
    const server = await startServer();
    const signal = AbortSignal.abort();
    await expect(testClient().request({ method: 'GET', url: server.url, signal })).rejects.toMatchObject(stopped);
    expect(server.requests).toEqual([]);
  });

  test('while waiting for the answer', async () => {
    const controller = new AbortController();
    const server = await startServer(() => controller.abort());
    await expect(
      testClient().request({ method: 'POST', url: server.url, body: small, signal: controller.signal }),
    ).rejects.toMatchObject({ ...stopped, stage: 'after-sending' });
  });

  test('while reading the answer', async () => {
    const controller = new AbortController();
    const server = await startServer((response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345');
    });
    const { body } = await testClient().stream({ method: 'GET', url: server.url, signal: controller.signal });
    const read = async (): Promise<void> => {
      for await (const _ of body) controller.abort();
    };
    await expect(read()).rejects.toMatchObject(stopped);
  });
});

describe('an answer before the body was sent', () => {
  test('counts', async () => {
    const url = await startRawServer((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\nConnection: close\r\n\r\nexpired'.slice(0, -1));
        socket.resume();
      }),
    );
    expect(await testClient({ timeouts: patient }).request({ method: 'POST', url, body: bigBody(400) })).toMatchObject({
      status: 403,
      body: 'expire',
    });
  });
});

test('a body that fails passes its own error on', async () => {
  const server = await startServer();
  const body: RequestBody = {
    contentType: 'text/plain',
    sizeBytes: 5,
    async *open() {
      yield Buffer.from('he');
      throw new TransportError({ host: 'other', problem: 'other', stage: 'connecting', detail: 'own' });
    },
  };
  await expect(testClient().request({ method: 'POST', url: server.url, body })).rejects.toThrow(
    'No answer from other: own.',
  );
});
